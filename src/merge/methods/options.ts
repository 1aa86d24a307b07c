/** A method's settings out of what was given: usual values filled in, what is no setting refused. Pure. */
import { AppError } from "../../base/errors.ts";
import type { MethodDescription, MethodOption, OptionValue, OptionValues } from "../../domain/mergeMethod.ts";

/**
 * Every option of the method with a value, but for those without a usual one.
 * @throws AppError `usage` for an option the method does not have, and a value that is none of its.
 */
export function completeOptions(method: MethodDescription, given: OptionValues): OptionValues {
  const known = new Map(method.options.map((option) => [option.name, option]));
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const option = known.get(name);
    if (option === undefined)
      throw new AppError("usage", `The method ${method.name} has no option ${name}.`, {
        advice:
          known.size === 0
            ? "It has none."
            : `It has ${[...known.keys()].map((one) => `--${one}`).join(", ")}.`,
      });
    if (!fits(option, value))
      throw new AppError("usage", `--${name} ${String(value)} does not fit the method ${method.name}.`, {
        advice: `It takes ${describe(option)}.`,
      });
  }
  return Object.fromEntries(
    method.options.flatMap((option) => {
      const value = given[option.name] ?? ("usual" in option ? option.usual : null);
      return value === null || value === undefined ? [] : [[option.name, value]];
    }),
  );
}

/** A number that the method's option has by its description. */
export function numberOption(options: OptionValues, name: string): number {
  const value = options[name];
  if (typeof value === "number") return value;
  throw new AppError("usage", `--${name} needs a number.`);
}

function fits(option: MethodOption, value: OptionValue): boolean {
  switch (option.kind) {
    case "number":
      return typeof value === "number" && value >= option.least && value <= option.most;
    case "integer":
      return Number.isInteger(value) && Number(value) >= option.least && Number(value) <= option.most;
    case "numbers":
      return typeof value === "object" && value.every(Number.isFinite);
    case "choice":
      return typeof value === "string" && option.choices.includes(value);
    default:
      return option satisfies never;
  }
}

function describe(option: MethodOption): string {
  switch (option.kind) {
    case "number":
      return `a number from ${option.least} to ${option.most}`;
    case "integer":
      return `a whole number from ${option.least} to ${option.most}`;
    case "numbers":
      return "numbers, one a checkpoint, with commas between them";
    case "choice":
      return option.choices.join(" or ");
    default:
      return option satisfies never;
  }
}
