import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Api } from './api-env.ts';
import { createDocument } from './openapi-document.ts';

interface Asset {
  readonly url: string;
  readonly type: string;
}

const assets: ReadonlyMap<string, Asset> = new Map([
  ['swagger-ui.css', { url: import.meta.resolve('swagger-ui-dist/swagger-ui.css'), type: 'text/css; charset=utf-8' }],
  [
    'swagger-ui-bundle.js',
    { url: import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'), type: 'text/javascript; charset=utf-8' },
  ],
  ['favicon-32x32.png', { url: import.meta.resolve('swagger-ui-dist/favicon-32x32.png'), type: 'image/png' }],
]);

// Addresses are relative, so that the page works below any path.
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shiplog API</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

/** Nothing comes from elsewhere; Swagger UI writes style attributes and draws with data: images. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The OpenAPI document of the routes that are there, and a page to browse it and try it out. */
export function addDocs(api: Api): void {
  let document: ReturnType<typeof createDocument> | undefined;
  api.get('/openapi.json', (c) => {
    document ??= createDocument(api);
    return c.json(document);
  });
  api.get('/docs', (c) => c.html(PAGE, 200, { 'content-security-policy': POLICY }));
  api.get('/docs/start.js', (c) => c.body(START, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  api.get('/docs/:asset', async (c) => {
    const asset = assets.get(c.req.param('asset'));
    if (!asset) return c.notFound();
    const file = await readFile(fileURLToPath(asset.url));
    return c.body(new Uint8Array(file), 200, { 'content-type': asset.type });
  });
}
