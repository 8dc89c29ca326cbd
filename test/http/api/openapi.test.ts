import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { createTestApi } from '../../support/api.ts';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  security: unknown;
  parameters?: { name: string; description?: string; schema: object }[];
  responses: Record<string, unknown>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { example?: unknown }> };
}

const test = await createTestApi();
const document = test.document as Document;
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

describe('the OpenAPI document', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const result = await new Validator().validate(structuredClone(test.document as Record<string, unknown>));
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  it('has every route of the API, and no other', () => {
    const routes = test.api.routes
      .filter((route) => route.method !== 'ALL' && route.path.startsWith('/api/'))
      .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...new Set(routes)].toSorted()).toEqual(documented.toSorted());
  });

  it('says of every operation what it does, who may call it, and how it fails', () => {
    for (const operation of operations) {
      expect(operation.summary).toMatch(/^[A-Z]/);
      const isPublic = operation.description.endsWith('For anybody.');
      expect(JSON.stringify(operation.security)).toMatch(isPublic ? /^\[\]$/ : /\{"operator":\[\]\}/);
      expect(operation.description).toMatch(/For the operator|Needs |For anybody/);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '401', '403', '404', '503']));
      const undescribed = (operation.parameters ?? [])
        .filter((parameter) => !['id', 'number'].includes(parameter.name))
        .filter((parameter) => !JSON.stringify(parameter).includes('"description"'));
      expect([operation.operationId, undescribed]).toEqual([operation.operationId, []]);
    }
    expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
  });

  it('has no pattern that a browser reads in another way', () => {
    const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)];
    for (const [, pattern = '""'] of patterns) expect(JSON.parse(pattern)).not.toMatch(/\\p\{/i);
  });

  it('gives examples that fit', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'api');
    const examples = Object.entries(document.components.schemas).filter(([, schema]) => schema.example !== undefined);
    expect(examples.length).toBeGreaterThan(10);
    for (const [name, { example }] of examples) {
      const validate = ajv.getSchema(`api#/components/schemas/${name}`);
      expect([name, validate?.(example), validate?.errors]).toEqual([name, true, null]);
    }
  });
});

describe('the page to browse it', () => {
  it('loads nothing from elsewhere', async () => {
    const response = await test.api.request('/docs');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    const page = await response.text();
    const addresses = [...page.matchAll(/(?:src|href)="(.*?)"/g)].map((match) => match[1] ?? '');
    expect(addresses).toHaveLength(4);
    for (const address of addresses) {
      expect(address).not.toMatch(/^(https?:)?\/\//);
      const asset = await test.api.request(`/${address}`);
      expect([address, asset.status]).toEqual([address, 200]);
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(50);
    }
  });

  it('serves no other file', async () => {
    for (const name of ['package.json', '..%2f..%2fpackage.json', 'constructor', '%2e%2e']) {
      const { status } = await test.api.request(`/docs/${name}`);
      expect([name, status]).toEqual([name, 404]);
    }
  });
});
