import { useState } from 'react';
import type { OrderSeen } from '../../stage/picture.ts';
import { Charts } from './charts/charts.tsx';
import { OrderStory } from './orders/order-story.tsx';
import { OrderStream } from './orders/order-stream.tsx';
import { PolicyTable } from './panels/policy-table.tsx';
import { SidePanel, type Tab } from './panels/side-panel.tsx';
import { Header } from './shell/header.tsx';
import { KeyList, useKeys } from './shell/keys.tsx';
import { Notice } from './shell/notice.tsx';
import { Vitals } from './shell/vitals.tsx';
import { TopologyPicture } from './topology/topology-picture.tsx';
import { Tour } from './tour/tour.tsx';

export function App() {
  const [tab, setTab] = useState<Tab>('break');
  const [node, setNode] = useState<string | null>(null);
  const [order, setOrder] = useState<OrderSeen | null>(null);
  const [isTouring, setTouring] = useState(false);
  const [isListingKeys, setListingKeys] = useState(false);
  useKeys({
    onTab: setTab,
    onTour: () => setTouring(true),
    onKeys: () => setListingKeys(true),
    onEscape: () => setTouring(false),
  });
  const selectNode = (name: string) => {
    setNode(name === node ? null : name);
    setTab('break');
  };
  return (
    <>
      <Header onTour={() => setTouring(true)} onKeys={() => setListingKeys(true)} />
      <main>
        <Vitals />
        <div className="stage">
          <TopologyPicture selected={node} onSelect={selectNode} />
          <SidePanel tab={tab} onTab={setTab} selected={node} />
        </div>
        <Charts />
        <div className="ledger">
          <OrderStream selected={order} onSelect={setOrder} />
          <OrderStory order={order} />
        </div>
        <PolicyTable />
      </main>
      {isTouring && <Tour onTab={setTab} onClose={() => setTouring(false)} />}
      {isListingKeys && <KeyList onClose={() => setListingKeys(false)} />}
      <Notice />
    </>
  );
}
