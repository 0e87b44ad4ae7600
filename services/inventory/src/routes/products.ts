import { describeRoute, problem } from '@ballast/service-kit';
import { z } from 'zod';
import type { Product, ProductStore } from '../db/products.ts';

export const sku = z.string().regex(/^[A-Za-z0-9-]{1,40}$/);

const productBody = z
  .object({
    sku,
    name: z.string(),
    category: z.string(),
    unitPrice: z.number().min(0).describe('Euros, e.g. 19.9; kept as whole cents'),
    available: z.int().min(0).describe('Pieces that are neither held nor sold'),
  })
  .meta({ id: 'Product' });

/** `GET /v1/products` */
export function listProductsRoute(products: ProductStore) {
  return describeRoute({
    method: 'get',
    path: '/v1/products',
    name: 'listProducts',
    summary: 'The catalogue',
    responses: {
      200: {
        description: 'Every product, scarce ones last',
        schema: z.object({ products: z.array(productBody) }),
      },
    },
    async handle() {
      return { status: 200, body: { products: (await products.all()).map(toProductBody) } };
    },
  });
}

/** `GET /v1/products/{sku}` */
export function readProductRoute(products: ProductStore) {
  return describeRoute({
    method: 'get',
    path: '/v1/products/{sku}',
    name: 'readProduct',
    summary: 'One product',
    params: z.object({ sku }),
    responses: { 200: { description: 'The product', schema: productBody } },
    problems: { 404: 'unknown-sku' },
    async handle({ params }) {
      const product = await products.find(params.sku);
      if (!product) throw problem(404, 'unknown-sku', `There is no product ${params.sku}`);
      return { status: 200, body: toProductBody(product) };
    },
  });
}

function toProductBody({ sku, name, category, priceCents, available }: Product) {
  return { sku, name, category, unitPrice: priceCents / 100, available };
}
