/** What a search may be told to do, as lists to choose from. */
import {
  ACQUISITION_CHOICES,
  type AcquisitionChoice,
  type EstimateKind,
  type KernelName,
  MODEL_ACQUISITIONS,
  type ModelAcquisition,
  type NoiseKind,
} from "../../domain/surrogate.ts";
import { ACQUISITION_LABELS } from "../../plots/format.ts";
import type { Option } from "../components/Choice.tsx";

/** Every acquisition function, GP-Hedge and the controls. */
export const ACQUISITION_OPTIONS: readonly Option<AcquisitionChoice>[] = ACQUISITION_CHOICES.map((value) => ({
  value,
  label: acquisitionLabel(value),
}));

/** Those that look at the model. */
export const MODEL_ACQUISITION_OPTIONS: readonly Option<ModelAcquisition>[] = MODEL_ACQUISITIONS.map(
  (value) => ({ value, label: ACQUISITION_LABELS[value] }),
);

/** Covariance functions. */
export const KERNEL_OPTIONS: readonly Option<KernelName>[] = [
  { value: "matern52", label: "Matérn 5/2" },
  { value: "matern32", label: "Matérn 3/2" },
  { value: "rbf", label: "squared exponential" },
];

/** Kinds of noise. */
export const NOISE_OPTIONS: readonly Option<NoiseKind>[] = [
  { value: "fitted", label: "fitted" },
  { value: "known", label: "known: each standard error" },
  { value: "none", label: "none: exact scores" },
];

/** Ways to come by hyper-parameters. */
export const ESTIMATE_OPTIONS: readonly Option<EstimateKind>[] = [
  { value: "likelihood", label: "maximum likelihood, as the paper" },
  { value: "map", label: "maximum a posteriori, BoTorch's priors" },
];

/** "EI", "GP-Hedge of EI and UCB". */
export function acquisitionLabel(choice: AcquisitionChoice): string {
  return choice === "hedge" ? "GP-Hedge of EI and UCB" : ACQUISITION_LABELS[choice];
}
