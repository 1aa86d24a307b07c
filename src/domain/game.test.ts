import { describe, expect, it } from "vitest";
import { formatGame, type Game, isOver, parseGame, withPick } from "./game.ts";

const GAME: Game = { seed: 3, budget: 3, opponent: "ucb", picks: [] };

describe("a game", () => {
  it("takes picks until the budget is spent", () => {
    const over = [0.5, 0.617, 0.25, 0.9].reduce(withPick, GAME);
    expect(over.picks).toEqual([0.5, 0.62, 0.25]);
    expect(isOver(over)).toBe(true);
    expect(withPick(GAME, 1.2)).toBe(GAME);
    expect(withPick(GAME, Number.NaN)).toBe(GAME);
  });

  it("comes back from its link", () => {
    for (const game of [GAME, [0.5, 0.617].reduce(withPick, GAME), { ...GAME, opponent: "hedge" as const }])
      expect(parseGame(formatGame(game))).toEqual(game);
  });

  it.each([
    "",
    "x",
    "0.1.ei",
    "99.1.ei",
    "3.1.bogus",
    "3.1.ei:2",
    "3.1.ei:0.1,0.2,0.3,0.4",
    "3.1.ei:,",
    "3.1.ei:0.1,,",
    "3.1.__proto__",
  ])("is none: %j", (text) => {
    expect(parseGame(text)).toBeNull();
  });
});
