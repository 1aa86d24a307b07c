/** Beat the GP: the person's picks on the hidden sweep, and the search that plays against them. Needs no device. */
import { formatGame, type Game, parseGame, withPick } from "../domain/game.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import type { Context } from "./context.ts";
import type { GameState } from "./labState.ts";
import { currentCurve } from "./replay.ts";
import { IDLE } from "./status.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the game. */
export type GameActions = {
  /** Begins anew on the present sweep; what is not named is as before. */
  readonly newGame: (change: Partial<Pick<Game, "seed" | "budget" | "opponent">>) => void;
  /** Picks a λ. */
  readonly pickInGame: (lambda: number) => void;
  /** Lets the search play, where it has not. */
  readonly playOpponent: () => Promise<void>;
  /** Takes a game from a link: its picks are shown, its opponent plays when it is looked at. */
  readonly takeGame: (text: string) => void;
  readonly endGame: () => void;
};

/** The search that plays: the usual settings with the game's rules. */
export function opponentSettings(usual: SearchSettings, { seed, budget, opponent }: Game): SearchSettings {
  return { ...usual, alpha: 0, fixed: {}, seed, trials: budget, acquisition: opponent };
}

/** The game as the address has it; `null` where none is played. */
export function gameQuery({ game }: GameState): string | null {
  return game === null ? null : formatGame(game);
}

/** The game's actions over a context. */
export function createGameActions(context: Context): GameActions {
  const { get, patch } = context;
  let running: Running | null = null;
  const play = async (game: Game): Promise<void> => {
    const [curve, { settings }] = [currentCurve(get()), get().subject];
    running?.drop();
    if (curve === null) return;
    running = startRun(context, {
      method: "playSearch",
      request: () => ({ curve, settings: opponentSettings(settings, game) }),
      onStatus: (status) => patch("game", { status }),
      onResult: (opponent) => patch("game", { opponent, status: IDLE }),
      apart: true,
    });
    await running.done;
  };
  return {
    newGame(change) {
      const { seed, budget, opponent } = get().game.game ?? {
        seed: 0,
        budget: 8,
        opponent: "hedge" as const,
      };
      running?.drop();
      patch("game", {
        game: { seed, budget, opponent, ...change, picks: [] },
        opponent: null,
        status: IDLE,
      });
    },
    pickInGame(lambda) {
      const { game } = get().game;
      if (game !== null) patch("game", { game: withPick(game, lambda) });
    },
    async playOpponent() {
      const { game } = get().game;
      if (game !== null) await play(game);
    },
    takeGame(text) {
      const game = parseGame(text);
      if (game !== null) {
        patch("game", { game });
        patch("view", { lab: "game" });
        return;
      }
      const notice = "The address's game was ignored: it is not one that was shared from here.";
      patch("view", { notices: [...get().view.notices, notice] });
    },
    endGame() {
      running?.drop();
      patch("game", { game: null, opponent: null, status: IDLE });
    },
  };
}
