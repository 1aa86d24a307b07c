/**
 * Records of the Bayesian search: its settings, what was fitted, what every acquisition function saw, and what was
 * asked. Plain numbers only: they cross the thread wall by structured clone and live in journals as JSON.
 * λ is the weight of the newer of two parents; `weights` has one entry a parent, oldest first, summing to 1.
 */

/** Covariance functions: Matérn with ν = 5/2 or 3/2, or the squared exponential. */
export const KERNELS = ["matern52", "matern32", "rbf"] as const;

/** One of `KERNELS`. */
export type KernelName = (typeof KERNELS)[number];

/**
 * How hyper-parameters that are not held are found: by maximum marginal likelihood (P1 §3), or by maximum a posteriori
 * under the priors of BoTorch 0.18.
 */
export const ESTIMATES = ["likelihood", "map"] as const;

/** One of `ESTIMATES`. */
export type EstimateKind = (typeof ESTIMATES)[number];

/**
 * What is assumed of a measurement's noise: exact, its own standard error, or one variance fitted by likelihood. A standard
 * error over items overstates what differs between λ, as all λ are measured on the same items: where it exceeds the
 * spread of the values, a model with known noise sees nothing but noise.
 */
export const NOISES = ["none", "known", "fitted"] as const;

/** One of `NOISES`. */
export type NoiseKind = (typeof NOISES)[number];

/** What improvement is measured against: the best value seen, or the best posterior mean at a point seen. */
export type IncumbentKind = "observed" | "posterior";

/** Expected improvement, its logarithm, μ + βσ, probability of improvement, noisy expected improvement, Thompson sampling. */
export const MODEL_ACQUISITIONS = ["ei", "logei", "ucb", "pi", "nei", "ts"] as const;

/** One of `MODEL_ACQUISITIONS`. */
export type ModelAcquisition = (typeof MODEL_ACQUISITIONS)[number];

/** What a search is compared with: uniform draws, and an even grid. They ask no model. */
export const CONTROLS = ["random", "grid"] as const;

/** One of `CONTROLS`. */
export type ControlName = (typeof CONTROLS)[number];

/** All that may choose by itself. */
export const ACQUISITIONS = [...MODEL_ACQUISITIONS, ...CONTROLS] as const;

/** One of `ACQUISITIONS`. */
export type AcquisitionName = (typeof ACQUISITIONS)[number];

/** One acquisition function, or GP-Hedge over a pool of them. */
export type AcquisitionChoice = AcquisitionName | "hedge";

/** Every choice, GP-Hedge first. */
export const ACQUISITION_CHOICES: readonly AcquisitionChoice[] = ["hedge", ...ACQUISITIONS];

/** Hyper-parameters held by the user; the others are estimated. In standardised units where values are standardised. */
export type FixedHyperparameters = {
  /** One number for every input, or one each. */
  readonly lengthscale?: readonly number[];
  readonly outputscale?: number;
  /** Variance; for fitted noise only. */
  readonly noise?: number;
  readonly mean?: number;
};

/** Everything a search depends on besides its observations. */
export type SearchSettings = {
  /** How many checkpoints are merged, k ≥ 2. */
  readonly parents: number;
  /** Least weight of the newest parent, in [0, 1): λ ∈ [α, 1] (P1 eq. 3). */
  readonly alpha: number;
  readonly kernel: KernelName;
  readonly noise: NoiseKind;
  readonly estimate: EstimateKind;
  readonly fixed: FixedHyperparameters;
  readonly acquisition: AcquisitionChoice;
  /** The acquisition functions GP-Hedge chooses from. */
  readonly pool: readonly ModelAcquisition[];
  /** β of UCB = μ + βσ (P1 eq. 10): a multiple of the standard deviation. */
  readonly beta: number;
  /** Learning rate of GP-Hedge; `null` for √(8 ln |pool| / trials). */
  readonly eta: number | null;
  /** Planned number of trials, T. */
  readonly trials: number;
  /** Trials of the initial design, before the model chooses. */
  readonly initialTrials: number;
  readonly incumbent: IncumbentKind;
  readonly seed: number;
  /** Points of the drawn grid over λ ∈ [0, 1]. */
  readonly gridPoints: number;
};

/** An affine change of units: standardised = (value − shift) / scale. */
export type Standardisation = {
  readonly shift: number;
  readonly scale: number;
  /** All values are equal, so that scale is 1 for want of a spread. */
  readonly constant: boolean;
};

/** How the hyper-parameters were come by: estimated, values in place of too little data, or all held by the user. */
export type FitKind = EstimateKind | "default" | "fixed";

/** A conditioned Gaussian process, in standardised units; its input is λ for two parents, all weights for more. */
export type SurrogateModel = {
  readonly kernel: KernelName;
  readonly noise: NoiseKind;
  readonly fit: FitKind;
  readonly mean: number;
  /** One an input: for two parents a single one, in units of λ. */
  readonly lengthscale: readonly number[];
  readonly outputscale: number;
  /** The fitted variance; 0 for exact values; the mean of the known variances. */
  readonly noiseVariance: number;
  readonly logMarginalLikelihood: number;
  /** Log density of the hyper-parameters' priors, which "map" adds to the likelihood; `null` else. */
  readonly logPrior: number | null;
  /** What had to be added to the covariance's diagonal to factor it. */
  readonly jitter: number;
  /** The hyper-parameters that ended on a bound of their search, in words such as "lengthscale at its upper bound". */
  readonly atBounds: readonly string[];
  readonly standardisation: Standardisation;
};

/** A λ and the height of something there. */
export type GridMaximum = { readonly lambda: number; readonly value: number };

/**
 * The posterior and every acquisition function over λ ∈ [0, 1], in the units of the objective (`pi`: a probability;
 * `logEi`: natural logarithm of `ei`). All arrays have one entry a λ. `std` is of the noise-free curve.
 */
export type SurrogateGrid = {
  readonly alpha: number;
  readonly lambda: readonly number[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly ei: readonly number[];
  readonly logEi: readonly number[];
  readonly pi: readonly number[];
  readonly ucb: readonly number[];
  /** Logarithm of the noisy expected improvement, only where it may choose; else `null`. */
  readonly logNei: readonly number[] | null;
  /** Maxima within [α, 1], polished between grid points. `logEi` has the same λ as `ei`. */
  readonly argmax: {
    readonly ei: GridMaximum;
    readonly logEi: GridMaximum;
    readonly pi: GridMaximum;
    readonly ucb: GridMaximum;
    readonly logNei: GridMaximum | null;
  };
};

/** Mean and standard deviation of the noise-free objective at a point, in its units. */
export type PosteriorPoint = { readonly mean: number; readonly std: number };

/** Each observation predicted from all others, hyper-parameters held; in the objective's units, in the order given. */
export type LeaveOneOut = {
  readonly mean: readonly number[];
  /** Standard deviation of the left-out *measurement*, noise included. */
  readonly std: readonly number[];
  readonly rootMeanSquareError: number;
  /** Sum of log predictive densities, in standardised units. */
  readonly logPredictiveDensity: number;
  /** Share of observations within 1.96 predictive standard deviations. */
  readonly coverage95: number;
  /** Share within 1 predictive standard deviation, where 0.68 is to be expected. */
  readonly coverage68: number;
  /** 1 − Σ(y − ŷ)²/Σ(y − ȳ)², at most 1; negative where the mean of all would have predicted better; `null` without a spread. */
  readonly rSquared: number | null;
};

/** The incumbent under both readings; improvement is measured from the one the settings name. */
export type Incumbent = {
  readonly kind: IncumbentKind;
  readonly bestF: number;
  readonly observed: { readonly weights: readonly number[]; readonly value: number };
  readonly posterior: { readonly weights: readonly number[]; readonly value: number };
};

/** What the search knows after some observations. */
export type Surrogate = {
  readonly model: SurrogateModel;
  readonly incumbent: Incumbent;
  /** For two parents only, else `null`. */
  readonly grid: SurrogateGrid | null;
  /** `null` for fewer than two observations. */
  readonly leaveOneOut: LeaveOneOut | null;
};

/** Where one acquisition function wants to go. */
export type Nominee = {
  readonly acquisition: ModelAcquisition;
  readonly weights: readonly number[];
  /** Height of the acquisition function there, in the objective's units (`logei`, `nei`: log of them; `pi`: probability). */
  readonly value: number;
  readonly posterior: PosteriorPoint;
  /** The true maximiser, when it was too close to a measured point and the best point far enough was taken instead. */
  readonly movedFrom: readonly number[] | null;
  /** The curve that Thompson sampling drew and took the maximum of, over [α, 1]; `null` for others and other than two parents. */
  readonly draw: { readonly lambda: readonly number[]; readonly value: readonly number[] } | null;
};

/** GP-Hedge's state at one ask; arrays follow `pool`. */
export type HedgeState = {
  readonly pool: readonly ModelAcquisition[];
  readonly eta: number;
  /** Sum of rewards so far: the posterior means of earlier nominees, standardised. */
  readonly gains: readonly number[];
  readonly probabilities: readonly number[];
};

/** One suggestion, with all that led to it. */
export type Ask = {
  /** 0-based; given observations do not count. */
  readonly number: number;
  /** Of the initial design, chosen by an acquisition function, or picked by the person. */
  readonly kind: "initial" | "acquisition" | "person";
  readonly weights: readonly number[];
  /** For two parents, else `null`. */
  readonly lambda: number | null;
  /** The acquisition function followed; `null` in the initial design and where the person chose. */
  readonly acquisition: AcquisitionName | null;
  /** One for each member of the pool, or the only one's; empty in the initial design. */
  readonly nominees: readonly Nominee[];
  /** `null` unless GP-Hedge chose. */
  readonly hedge: HedgeState | null;
  /** What was expected here before measuring; `null` before the first observation. */
  readonly posterior: PosteriorPoint | null;
  /** What the search knew; `null` before the first observation. */
  readonly surrogate: Surrogate | null;
};

/** A measured point. */
export type Measurement = {
  readonly weights: readonly number[];
  readonly value: number;
  /** Needed with known noise. */
  readonly stderr: number | null;
};

/** A measured point of a search. `ask` is `null` for values given from outside, such as the parents' own scores. */
export type Observation = Measurement & { readonly ask: Ask | null };

/** A measured point with as much of its ask as the next one needs. */
export type HistoryPoint = Measurement & { readonly ask: Pick<Ask, "hedge" | "nominees"> | null };

/** How to read a table of scores. It holds no earlier nominees, so that GP-Hedge, which weighs them, is not offered. */
export type SuggestSettings = {
  readonly alpha: number;
  readonly acquisition: ModelAcquisition;
  readonly kernel: KernelName;
  readonly noise: NoiseKind;
  readonly estimate: EstimateKind;
  readonly incumbent: IncumbentKind;
  readonly beta: number;
  /** Points of the grid over λ ∈ [0, 1]. */
  readonly gridPoints: number;
  readonly seed: number;
  readonly fixed: FixedHyperparameters;
  readonly standardize: boolean;
  /** How many weights to name, q ≥ 1, to be measured side by side. */
  readonly batch: number;
};

/** One λ of a suggestion's grid, in the table's units. */
export type SuggestionPoint = {
  readonly lambda: number;
  readonly mean: number;
  readonly std: number;
  readonly ei: number;
  readonly logEi: number;
  readonly pi: number;
  readonly ucb: number;
  /** Where it chooses; else `null`. */
  readonly logNei: number | null;
};

/** A table's model and advice, as the command line prints it. */
export type Suggestion = {
  /** `lengthscale` is one number for λ tables, else one a parent. */
  readonly model: Omit<SurrogateModel, "lengthscale"> & { readonly lengthscale: number | readonly number[] };
  readonly incumbent: Incumbent;
  /** For two parents, else `null`; `argmax` likewise. */
  readonly grid: readonly SuggestionPoint[] | null;
  readonly argmax: SurrogateGrid["argmax"] | null;
  readonly next: Nominee & { readonly lambda: number | null };
  /** `next` and q − 1 more, each chosen as if the ones before had come out as expected (Kriging believer). */
  readonly batch: readonly (Nominee & { readonly lambda: number | null })[];
  /** In the table's order; `null` for a single row. */
  readonly loo: LeaveOneOut | null;
};

/** A hyper-parameter that can be moved by hand. */
export type HyperparameterName = "lengthscale" | "outputscale" | "noise";

/** How well the data bear every value of one hyper-parameter, the others as they are. In standardised units. */
export type LikelihoodProfile = {
  readonly name: HyperparameterName;
  /** Where the model has it; for several lengthscales their geometric mean, which moves all of them together. */
  readonly at: number;
  /** Evenly spaced in their logarithm, over the whole range that an estimate searches. */
  readonly values: readonly number[];
  /** Log marginal likelihood at each value; `null` where the covariance cannot be factored. */
  readonly logMarginalLikelihood: readonly (number | null)[];
};
