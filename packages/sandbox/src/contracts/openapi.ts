import type { Schema } from './schema.ts';

/** An OpenAPI 3.1 document, as far as the contracts use it. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  /** Alternatives: a request needs one of them. */
  readonly security: readonly SecurityRequirement[];
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<'get' | 'post', OperationObject>>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  };
}

export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export type SecurityScheme =
  | { readonly type: 'apiKey'; readonly in: 'header'; readonly name: string }
  | { readonly type: 'http'; readonly scheme: 'bearer' };

export interface OperationObject {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly SecurityRequirement[];
  readonly parameters?: readonly ParameterObject[];
  readonly requestBody?: { readonly required: boolean; readonly content: JsonContent };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: JsonContent }>
  >;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface JsonContent {
  readonly 'application/json': { readonly schema: Schema };
}

export const json = (schema: Schema): JsonContent => ({ 'application/json': { schema } });

export const answer = (
  description: string,
  schema: Schema,
): { readonly description: string; readonly content: JsonContent } => ({
  description,
  content: json(schema),
});

export const query = (name: string, schema: Schema, required = false): ParameterObject => ({
  name,
  in: 'query',
  required,
  schema,
});
