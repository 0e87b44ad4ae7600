import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer: no other site may frame the page or load from it, and it runs no code but its own. */
export const pageHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  });
  next();
};

const placeholder = '<meta name="control-token" content="" />';

/** The built page, with this start's token written into it. */
export function pageRoutes(folder: string, token: string): Router {
  const page = express.Router();
  page.get('/', (_request, response) => {
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    response.set('Cache-Control', 'no-store').type('html');
    response.send(html.replace(placeholder, `<meta name="control-token" content="${token}" />`));
  });
  const assets = { index: false, dotfiles: 'ignore', redirect: false } as const;
  page.use('/assets', express.static(join(folder, 'assets'), { ...assets, immutable: true, maxAge: '1y' }));
  page.get('/icon.svg', (_request, response) => response.sendFile('icon.svg', { root: folder }));
  return page;
}
