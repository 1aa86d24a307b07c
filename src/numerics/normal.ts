/**
 * The standard normal distribution and the error functions under it, to about 1e-14 relative everywhere, tails
 * included. erfcx(x) = exp(x²) erfc(x) carries the tails. Pure.
 *
 * erfcx on [0, ∞) is a Chebyshev series of (1 + 2x) erfcx(x) in t = (x − 3.75) / (x + 3.75), the form of
 * Shepherd & Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞" (1981); the coefficients
 * are written by tools/golden/bayes/erfcx_coefficients.py at 50 digits.
 */

const ERFCX_CENTRE = 3.75;
const ERFCX_SERIES = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5,
  4.13902798607301e-6, 7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8,
  4.521959811218287e-9, -7.754400208831351e-10, -6.318088340886684e-11, 2.86879501093067e-11,
  1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14, 3.3478119482868056e-14,
  -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
  -2.2370566594359995e-18, -2.187342944303018e-18,
];
/** Beyond this 1/(x√π) is exact to double precision. */
const ERFCX_ASYMPTOTIC = 1e8;
/** Beyond this many standard deviations below, the improvement function takes its asymptotic series. */
const FAR_TAIL = 15;
const FAR_TAIL_TERMS = 20;

/** log √(2π). */
export const LOG_SQRT_2PI = 0.9189385332046727;

/** exp(x²) erfc(x). For x below −26.6 it overflows to Infinity. */
export function erfcx(x: number): number {
  if (x < 0) return 2 * expOfSquare(x, 1) - erfcx(-x);
  if (x > ERFCX_ASYMPTOTIC) return 1 / (x * Math.sqrt(Math.PI));
  const t = (x - ERFCX_CENTRE) / (x + ERFCX_CENTRE);
  // Clenshaw's recurrence.
  let b1 = 0;
  let b2 = 0;
  for (let j = ERFCX_SERIES.length - 1; j > 0; j--) {
    const b0 = 2 * t * b1 - b2 + ERFCX_SERIES[j]!;
    b2 = b1;
    b1 = b0;
  }
  return (t * b1 - b2 + ERFCX_SERIES[0]!) / (1 + 2 * x);
}

/** 1 − erf(x), without cancellation for large x. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  return expOfSquare(x, -1) * erfcx(x);
}

/** Density φ(x) = exp(−x²/2)/√(2π). */
export function normalPdf(x: number): number {
  return expOfSquare(x, -0.5) * Math.exp(-LOG_SQRT_2PI);
}

/** Distribution function Φ(x). */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x);
  return 0.5 * expOfSquare(x, -0.5) * erfcx(-x * Math.SQRT1_2);
}

/** log Φ(x); finite far below where Φ underflows. */
export function normalLogCdf(x: number): number {
  if (x > 0) return Math.log1p(-normalCdf(-x));
  return -0.5 * x * x + Math.log(0.5 * erfcx(-x * Math.SQRT1_2));
}

/** Mills' ratio of the lower tail, Φ(−a)/φ(a), for a ≥ 0. */
export function millsRatio(a: number): number {
  return Math.sqrt(Math.PI / 2) * erfcx(a * Math.SQRT1_2);
}

/**
 * 1 − a·Φ(−a)/φ(a) for a ≥ 0: the share of φ(a) that is left in the improvement function
 * h(−a) = φ(a) − aΦ(−a). About 1/a² for large a, where the difference would cancel, so that its asymptotic
 * series Σ (−1)ⁱ (2i+1)!! / a^(2i+2) is summed instead.
 */
export function improvementShare(a: number): number {
  if (a < FAR_TAIL) return 1 - a * millsRatio(a);
  const inverseSquare = 1 / (a * a);
  let term = inverseSquare;
  let sum = 0;
  for (let i = 1; i <= FAR_TAIL_TERMS; i++) {
    sum += term;
    term *= -(2 * i + 1) * inverseSquare;
  }
  return sum;
}

/** exp(factor·x²) with x² carried in two parts, as its rounding error would be multiplied by |factor|x². */
function expOfSquare(x: number, factor: number): number {
  if (Math.abs(x) > 1e8) return factor < 0 ? 0 : Number.POSITIVE_INFINITY;
  // `high` has at most 26 significant bits here, so that high² is exact wherever the result is not 0 or Infinity.
  const high = Math.round(x * 65536) / 65536;
  const rest = (x - high) * (x + high);
  return Math.exp(factor * high * high) * Math.exp(factor * rest);
}
