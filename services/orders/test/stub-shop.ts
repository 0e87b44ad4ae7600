import { type StubAnswer, type StubRequest, startStub } from './stub-server.ts';

export const stubProducts = [
  { sku: 'MUG-ENAMEL', name: 'Enamel mug', category: 'Galley', unitPrice: 9.9, available: 1000 },
  { sku: 'SEABOOTS', name: 'Rubber sea boots', category: 'Clothing', unitPrice: 69, available: 1000 },
  { sku: 'PRINT-LIGHTHOUSE', name: 'Lighthouse print', category: 'Limited', unitPrice: 79.35, available: 20 },
  { sku: 'COFFEE-HARBOUR-1KG', name: 'Harbour coffee', category: 'Galley', unitPrice: 18.9, available: 1000 },
];

const problem = (status: number, code: string): StubAnswer => {
  return { status, body: { type: 'about:blank', title: code, status, code } };
};

const released = problem(409, 'reservation-released');

/** Inventory as orders sees it: decides once per order, from a stock that is kept honestly. */
export async function startStubInventory() {
  const stock = new Map(stubProducts.map(({ sku, available }) => [sku, available]));
  const decisions = new Map<string, StubAnswer>();
  const held = new Map<string, { sku: string; quantity: number }[]>();
  const sold = new Set<string>();
  const control = { trouble: undefined as ((request: StubRequest) => StubAnswer | undefined) | undefined };

  function take(items: { sku: string; quantity: number }[], sign: 1 | -1) {
    for (const { sku, quantity } of items) stock.set(sku, (stock.get(sku) ?? 0) - sign * quantity);
  }

  function decide({ path, body: { items } }: StubRequest): StubAnswer {
    if (
      items.some(({ sku, quantity }: { sku: string; quantity: number }) => (stock.get(sku) ?? 0) < quantity)
    )
      return problem(409, 'insufficient-stock');
    take(items, 1);
    held.set(path, items);
    return { status: 200 };
  }

  function release(path: string): StubAnswer {
    if (sold.has(path)) return problem(409, 'reservation-confirmed');
    take(held.get(path) ?? [], -1);
    held.delete(path);
    const decision = decisions.get(path);
    const isRefused = decision !== undefined && (decision as { status: number }).status >= 400;
    if (!isRefused) decisions.set(path, released);
    return { status: 204 };
  }

  const server = await startStub((request) => {
    const trouble = control.trouble?.(request);
    if (trouble) return trouble;
    if (request.path === '/v1/products') return { status: 200, body: { products: stubProducts } };
    if (request.method === 'DELETE') return release(request.path);
    const decision = decisions.get(request.path) ?? decide(request);
    decisions.set(request.path, decision);
    if (typeof decision === 'object' && 'status' in decision && decision.status === 200) {
      if (request.body.status === 'confirmed') sold.add(request.path);
      return { status: 200, body: { status: request.body.status } };
    }
    return decision;
  });
  return { ...server, stock, decisions, sold, control };
}

/** Recommendation as orders sees it. */
export async function startStubRecommendation() {
  const purchases = new Map<string, number>();
  const control = { trouble: undefined as ((request: StubRequest) => StubAnswer | undefined) | undefined };
  const server = await startStub((request) => {
    const trouble = control.trouble?.(request);
    if (trouble) return trouble;
    if (request.method === 'PUT') {
      const orderId = request.path.split('/').at(-1) ?? '';
      purchases.set(orderId, (purchases.get(orderId) ?? 0) + 1);
      return { status: 204 };
    }
    return { status: 200, body: { items: [{ sku: 'SEABOOTS' }, { sku: 'NOT-IN-CATALOGUE' }] } };
  });
  return { ...server, purchases, control };
}
