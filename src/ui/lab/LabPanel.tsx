/** The laboratory: everything that is asked of a search beside what it finds. */
import { Tabs } from "radix-ui";
import { IDLE } from "../../store/status.ts";
import { Panel } from "../components/Panel.tsx";
import { useActions, useApp } from "../useApp.ts";
import { BranchesTab } from "./BranchesTab.tsx";
import { GameTab } from "./GameTab.tsx";
import { HowManyTab } from "./HowManyTab.tsx";
import { MethodsTab } from "./MethodsTab.tsx";
import { ModelTab } from "./ModelTab.tsx";
import { ReplayTab } from "./ReplayTab.tsx";

const TABS = [
  { name: "branches", label: "Branches", Content: BranchesTab },
  { name: "model", label: "Model", Content: ModelTab },
  { name: "replay", label: "Replay", Content: ReplayTab },
  { name: "how-many", label: "2, 3 or 4?", Content: HowManyTab },
  { name: "methods", label: "Methods", Content: MethodsTab },
  { name: "game", label: "Beat the GP", Content: GameTab },
] as const;

/** The panel with its tabs. */
export function LabPanel() {
  const open = useApp(({ view }) => view.lab);
  const { showLab } = useActions();
  const show = (wanted: string): void => {
    const tab = TABS.find(({ name }) => name === wanted);
    if (tab !== undefined) showLab(tab.name);
  };
  return (
    <Tabs.Root className="lab-root" value={open} onValueChange={show}>
      <Panel
        area="lab"
        title="Laboratory"
        status={IDLE}
        tools={
          <Tabs.List className="tabs" aria-label="Laboratory">
            {TABS.map(({ name, label }) => (
              <Tabs.Trigger key={name} value={name} className="tab">
                {label}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        }
      >
        {TABS.map(({ name, Content }) => (
          <Tabs.Content key={name} value={name} className="lab-content">
            <Content />
          </Tabs.Content>
        ))}
      </Panel>
    </Tabs.Root>
  );
}
