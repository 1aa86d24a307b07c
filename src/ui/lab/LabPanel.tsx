/** The laboratory: everything that is asked of a search beside what it finds. */
import { Tabs } from "radix-ui";
import { useState } from "react";
import { IDLE } from "../../store/status.ts";
import { Panel } from "../components/Panel.tsx";
import { BranchesTab } from "./BranchesTab.tsx";
import { ModelTab } from "./ModelTab.tsx";

const TABS = [
  { name: "branches", label: "Branches", Content: BranchesTab },
  { name: "model", label: "Model", Content: ModelTab },
] as const;

/** The panel with its tabs. */
export function LabPanel() {
  const [open, setOpen] = useState<string>(TABS[0].name);
  return (
    <Tabs.Root className="lab-root" value={open} onValueChange={setOpen}>
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
