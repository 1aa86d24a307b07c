/** The whole state of the page: one entry a noun, plain records only. */
import type { DeviceState } from "./device.ts";
import type { ItemsState } from "./items.ts";
import type { MatrixState } from "./matrix.ts";
import type { RunState } from "./run.ts";
import type { StudyState } from "./study.ts";
import type { SubjectState } from "./subject.ts";
import type { SweepState } from "./sweep.ts";
import type { TrajectoryState } from "./trajectory.ts";
import type { VerdictState } from "./verdict.ts";
import type { ViewState } from "./view.ts";

/** Every slice's state. */
export type AppState = {
  readonly run: RunState;
  readonly device: DeviceState;
  readonly subject: SubjectState;
  readonly trajectory: TrajectoryState;
  readonly study: StudyState;
  readonly sweep: SweepState;
  readonly matrix: MatrixState;
  readonly verdict: VerdictState;
  readonly items: ItemsState;
  readonly view: ViewState;
};
