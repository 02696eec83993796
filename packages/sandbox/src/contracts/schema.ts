/** A JSON Schema (2020-12), as far as the contracts use it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly not?: Schema;
  readonly allOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
  /** What a refusal says where the keyword alone would not explain it. */
  readonly 'x-rule'?: string;
}

export const string: Schema = { type: 'string' };
export const uuid: Schema = { type: 'string', format: 'uuid' };
export const boolean: Schema = { type: 'boolean' };
export const integer: Schema = { type: 'integer' };

export const number = (minimum?: number, maximum?: number): Schema => ({
  type: 'number',
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
});

export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });

export const nullableString: Schema = { type: ['string', 'null'] };

export const array = (items: Schema): Schema => ({ type: 'array', items });

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export const object = (
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema => ({ type: 'object', properties, ...(required.length > 0 && { required }) });
