import type { RequestHandler } from 'express';

/** What OWASP's REST Security Cheat Sheet asks of every answer that is data; a page sets more of its own. */
const HEADERS = Object.entries({
  // A grant is one caller's secret, and nothing else here is worth keeping.
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
});

export const setHeaders: RequestHandler = (_request, response, next) => {
  for (const [name, value] of HEADERS) response.setHeader(name, value);
  next();
};
