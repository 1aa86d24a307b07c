/** Which device computes; opens to say why, and to choose another. */
import { Popover } from "radix-ui";
import type { BackendChoice, BackendInfo } from "../../domain/backend.ts";
import { useActions, useApp } from "../useApp.ts";

const CHOICES: readonly { readonly choice: BackendChoice; readonly label: string }[] = [
  { choice: "auto", label: "choose for me" },
  { choice: "webgpu", label: "WebGPU" },
  { choice: "wasm", label: "wasm" },
];

/** The device in a word or two. */
export function DeviceButton() {
  const { choice, info, error } = useApp((state) => state.device);
  const { startDevice } = useActions();
  const state = info !== null ? "ready" : error !== null ? "failed" : "starting";
  const why = info?.reason ?? error?.message ?? "The engine is starting in a thread of its own.";
  return (
    <Popover.Root>
      <Popover.Trigger className="button device" title={why}>
        <span className="dot" data-state={state} aria-hidden="true" />
        {info !== null ? deviceWords(info) : error !== null ? "no device" : "starting"}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={6} align="end" collisionPadding={8}>
          <p>{why}</p>
          {error?.advice == null ? null : <p className="quiet">{error.advice}</p>}
          {info?.adapter == null ? null : <p className="quiet">{info.adapter}</p>}
          <div className="row">
            {CHOICES.map((one) => (
              <Popover.Close
                key={one.choice}
                className="button"
                aria-pressed={choice === one.choice}
                onClick={() => void startDevice(one.choice)}
              >
                {one.label}
              </Popover.Close>
            ))}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function deviceWords({ kind, threads }: BackendInfo): string {
  if (kind === "webgpu") return "WebGPU";
  return `${kind} · ${threads} ${threads === 1 ? "thread" : "threads"}`;
}
