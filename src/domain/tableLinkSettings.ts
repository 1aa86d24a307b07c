/** The settings that a table's link carries: `batch=4!kernel=rbf`, only those that the page offers. Pure. */
import { ESTIMATES, KERNELS, MODEL_ACQUISITIONS, NOISES, type SuggestSettings } from "./surrogate.ts";

/** What a link may change of a table's usual settings. */
export type TableLinkSettings = Partial<
  Pick<SuggestSettings, "alpha" | "acquisition" | "batch" | "kernel" | "noise" | "estimate">
>;

/** The longest batch that can be asked for. */
const MOST_BATCH = 64;

type Reader = (text: string) => string | number | undefined;

const oneOf =
  (names: readonly string[]): Reader =>
  (text) =>
    names.find((name) => name === text);

const numberIf =
  (fits: (value: number) => boolean): Reader =>
  (text) => {
    const value = text === "" ? Number.NaN : Number(text);
    return fits(value) ? value : undefined;
  };

const READERS: { readonly [K in keyof Required<TableLinkSettings>]: Reader } = {
  alpha: numberIf((value) => value >= 0 && value < 1),
  acquisition: oneOf(MODEL_ACQUISITIONS),
  batch: numberIf((value) => Number.isInteger(value) && value >= 1 && value <= MOST_BATCH),
  kernel: oneOf(KERNELS),
  noise: oneOf(NOISES),
  estimate: oneOf(ESTIMATES),
};

/** The settings in which `settings` differ from the usual ones, as a link writes them; none at all is "". */
export function formatTableLinkSettings(settings: SuggestSettings, usual: SuggestSettings): string {
  const names = Object.keys(READERS) as readonly (keyof TableLinkSettings)[];
  return names
    .filter((name) => settings[name] !== usual[name])
    .map((name) => `${name}=${settings[name]}`)
    .join("!");
}

/** The settings of a link; `null` where one is unknown, named twice or out of its range. */
export function parseTableLinkSettings(text: string): TableLinkSettings | null {
  const read = new Map<string, string | number>();
  for (const part of text === "" ? [] : text.split("!")) {
    const [name = "", given = "", ...more] = part.split("=");
    const reader = Object.entries(READERS).find(([known]) => known === name)?.[1];
    const value = reader?.(given);
    if (value === undefined || more.length > 0 || read.has(name)) return null;
    read.set(name, value);
  }
  return Object.fromEntries(read) as TableLinkSettings;
}
