#!/usr/bin/env bash
# Writes every golden file that depends on the demo run anew. Needs the environments named in tools/golden:
#   GOLDEN_PYTHON         requirements.txt
#   MERGEKIT_0_1_4_PYTHON mergekit/linear.py, the older version, and mergekit/tensors.py
#   MERGEKIT_0_1_5_PYTHON mergekit/linear.py, the newer version
#   BENCHMARKS            optional: the folder that holds benchmarks/ and tokenizer/, see lm_eval/benchmarks.py
# About four minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
first=$("$GOLDEN_PYTHON" -c 'import json; print(json.load(open("public/demo/run.json"))["checkpoints"][0]["path"])')
"$GOLDEN_PYTHON" tools/golden/model/tokenizer_ids.py "public/demo/$first/tokenizer.json" src/model/fixtures/demoTokenizerIds.json
"$GOLDEN_PYTHON" tools/golden/model/demo_logprobs.py
HF_HUB_OFFLINE=1 "$GOLDEN_PYTHON" tools/golden/lm_eval/evaluate_demo.py
if [ -n "${BENCHMARKS:-}" ]; then
  HF_HUB_OFFLINE=1 "$GOLDEN_PYTHON" tools/golden/lm_eval/benchmarks.py "$BENCHMARKS" demo
else
  echo "BENCHMARKS is not set: src/engine/fixtures/lmEvalBenchmarks/demo.json stays as it is" >&2
fi
exports=$(mktemp -d)
npx tsx tools/golden/export/write_exports.ts "$exports"
HF_HUB_OFFLINE=1 "$GOLDEN_PYTHON" tools/golden/export/check_export.py golden "$exports"
rm -r "$exports"
"$GOLDEN_PYTHON" tools/golden/weights/fisher_regmean.py
"$GOLDEN_PYTHON" tools/golden/regmean/regmean.py
"$GOLDEN_PYTHON" tools/golden/gradient/gradients.py
"$MERGEKIT_0_1_4_PYTHON" tools/golden/mergekit/linear.py
"$MERGEKIT_0_1_4_PYTHON" tools/golden/mergekit/tensors.py
"$MERGEKIT_0_1_5_PYTHON" tools/golden/mergekit/linear.py
