/**
 * The colours of the page and of every figure: one place, two themes. Roles are fixed; the hues are Okabe and Ito's
 * (colour-blind safe), shifted in lightness where a theme needs contrast. Pure.
 */

/** One theme's colours, `#rrggbb`. Acquisition functions have the names they have in records. */
export type Palette = {
  readonly paper: string;
  /** Menus and tooltips. */
  readonly raised: string;
  readonly ink: string;
  readonly muted: string;
  readonly hairline: string;
  /** Grounds of buttons and of what cannot be reached. */
  readonly faint: string;
  readonly focus: string;
  readonly older: string;
  readonly newer: string;
  readonly ei: string;
  readonly logei: string;
  readonly pi: string;
  readonly ucb: string;
  readonly nei: string;
  readonly ts: string;
  readonly random: string;
  readonly grid: string;
  readonly deltaWorse: string;
  readonly deltaZero: string;
  readonly deltaBetter: string;
};

/** The two themes. */
export type ThemeName = "light" | "dark";

/** Each theme's colours. */
export const PALETTES: Readonly<Record<ThemeName, Palette>> = {
  light: {
    paper: "#fcfcfb",
    raised: "#ffffff",
    ink: "#17191e",
    muted: "#5a606b",
    hairline: "#dcdee2",
    faint: "#f1f2f3",
    focus: "#1f6feb",
    older: "#0072b2",
    newer: "#bf5200",
    ei: "#007f5b",
    logei: "#6f6f00",
    pi: "#956700",
    ucb: "#a34b86",
    nei: "#1c6fb0",
    ts: "#5c6470",
    random: "#7d6a5a",
    grid: "#4f7a82",
    deltaWorse: "#a6611a",
    deltaZero: "#ffffff",
    deltaBetter: "#017d6a",
  },
  dark: {
    paper: "#101216",
    raised: "#191c22",
    ink: "#e9ebef",
    muted: "#9ba3b0",
    hairline: "#2a2f37",
    faint: "#1a1d23",
    focus: "#79b0ff",
    older: "#56b4e9",
    newer: "#f5854a",
    ei: "#2fc299",
    logei: "#c2c24e",
    pi: "#e6b33c",
    ucb: "#dd93c0",
    nei: "#6fb4ee",
    ts: "#a7afbb",
    random: "#b9a694",
    grid: "#8fbcc4",
    deltaWorse: "#c98a3e",
    deltaZero: "#1e2229",
    deltaBetter: "#35a897",
  },
};

/** The palette as CSS custom properties: `--older`, `--delta-worse`. */
export function cssVariables(palette: Palette): Readonly<Record<string, string>> {
  const dashed = (name: string): string =>
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return Object.fromEntries(Object.entries(palette).map(([name, colour]) => [dashed(name), colour]));
}

/** `colour` with an opacity in [0, 1]. */
export function withAlpha(colour: string, opacity: number): string {
  return `rgba(${channels(colour).join(", ")}, ${opacity})`;
}

/** Two colours mixed in the perceptual space OKLab; a merge's colour is its parents' mixed by its λ. */
export function mixColours(from: string, to: string, share: number): string {
  const [a, b] = [toOklab(from), toOklab(to)];
  return fromOklab(a.map((value, i) => value + (b[i]! - value) * share));
}

/** Black or white, whichever stands out more from a ground. */
export function inkOn(ground: string): string {
  const [r, g, b] = channels(ground).map(toLinear) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#101216" : "#ffffff";
}

function channels(colour: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** An sRGB channel in [0, 255] as linear light. */
function toLinear(channel: number): number {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** sRGB → OKLab (Ottosson 2020). */
function toOklab(colour: string): readonly number[] {
  const [r, g, b] = channels(colour).map(toLinear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab(lab: readonly number[]): string {
  const [L, a, b] = lab as [number, number, number];
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const hex = linear.map((value) => {
    const c = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, c)))
      .toString(16)
      .padStart(2, "0");
  });
  return `#${hex.join("")}`;
}
