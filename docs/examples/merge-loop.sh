#!/usr/bin/env bash
# Bayesian optimisation of a merge of two checkpoints with mergekit and lm-evaluation-harness.
#
#   ./merge-loop.sh OLDER NEWER TASK [TRIALS]
#
# Every trial: MergeScope names λ, mergekit merges, the harness measures, MergeScope is told. The journal holds all of it:
# stop the loop at any time (Ctrl-C, a killed job) and start it again with the same arguments, it goes on where it was.
# Needs mergescope, mergekit-yaml and lm_eval on the PATH, and python3 to read JSON.
set -euo pipefail

older=$1 newer=$2 task=$3 trials=${4:-12}
journal=${JOURNAL:-merge-loop.jsonl}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# json FILE EXPRESSION: a value of a JSON document d.
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }

# measure MODEL: prints "accuracy stderr" of a model folder.
measure() {
  rm -rf "$work/results"
  lm_eval --model hf --model_args "pretrained=$1" --tasks "$task" --output_path "$work/results" >&2
  local found
  found=$(find "$work/results" -name 'results*.json' | head -n 1)
  json "$found" "'%.10g %.10g' % (d['results']['$task']['acc,none'], d['results']['$task']['acc_stderr,none'])"
}

# The parents' own scores come first: they are known points of the curve, not trials.
if [ ! -e "$journal" ]; then
  read -r older_value older_stderr < <(measure "$older")
  read -r newer_value newer_stderr < <(measure "$newer")
  mergescope tell "$journal" --checkpoints "$older" "$newer" --trials "$trials" --noise known \
    --lambda 0 --value "$older_value" --stderr "$older_stderr"
  mergescope tell "$journal" --lambda 1 --value "$newer_value" --stderr "$newer_stderr"
fi

while :; do
  mergescope ask "$journal" --json > "$work/ask.json"
  number=$(json "$work/ask.json" "d['number']")
  [ "$number" -lt "$trials" ] || break
  lambda=$(json "$work/ask.json" "repr(d['lambda'])")
  cat > "$work/merge.yml" <<YAML
merge_method: linear
dtype: float32
models:
  - model: $older
    parameters: {weight: $(json "$work/ask.json" "repr(d['weights'][0])")}
  - model: $newer
    parameters: {weight: $(json "$work/ask.json" "repr(d['weights'][1])")}
parameters: {normalize: false}
YAML
  rm -rf "$work/merged"
  mergekit-yaml "$work/merge.yml" "$work/merged" >&2
  read -r value stderr < <(measure "$work/merged")
  mergescope tell "$journal" --value "$value" --stderr "$stderr" > /dev/null
  echo "trial $((number + 1)) of $trials: lambda $lambda, $task $value +- $stderr"
done

# The best trial, and the whole table for `mergescope suggest` or the page.
python3 - "$journal" <<'PYTHON'
import json, sys

records = [json.loads(line) for line in open(sys.argv[1])]
trials = [r["trial"] for r in records if r.get("record") == "trial"]
best = max(trials, key=lambda t: t["value"])
print(f"best: lambda {best['lambda']:.4f}, {best['value']:.4f}")
PYTHON
