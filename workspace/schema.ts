// The JSON schema of the configuration, made of what the readers know, for editors that complete and check it.
// Rules are not listed by name, so that a new rule changes nothing here.
import { DOES, modelFields, type ModelField } from '../analysis/knowledge/model.js';
import { LEVELS } from './config.js';

export function configSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'mux-lint.json',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      rules: {
        description: 'The level of a rule, by its name.',
        type: 'object',
        additionalProperties: { enum: LEVELS },
      },
      models: {
        description: 'What functions do whose body is not seen or is not to be looked at, by their name.',
        type: 'object',
        propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
        additionalProperties: { oneOf: DOES.map(rowSchema) },
      },
      programs: PROGRAMS,
    },
  };
}

function rowSchema(does: (typeof DOES)[number]): object {
  const fields = [...modelFields(does)];
  return {
    type: 'object',
    additionalProperties: false,
    required: ['does', ...fields.filter(([, field]) => field.required).map(([key]) => key)],
    properties: {
      does: { const: does },
      ...Object.fromEntries(fields.map(([key, field]) => [key, fieldSchema(field)])),
    },
  };
}

const POSITION = { description: 'The position of an argument, from 0.', type: 'integer', minimum: 0, maximum: 15 };

function fieldSchema(field: ModelField): object {
  if (field.holds === 'word') return { enum: field.words };
  if (field.holds === 'yes-or-no') return { type: 'boolean' };
  if (field.holds === 'places') return { type: 'array', items: { ...POSITION, type: ['integer', 'null'] } };
  if (field.holds === 'positions') return { type: 'array', minItems: 1, items: POSITION };
  return field.required ? POSITION : { ...POSITION, type: ['integer', 'null'] };
}

const TEXT = { type: ['string', 'null'] };

const PROGRAMS = {
  description: 'How each program is built, started and driven, for `verify --program`.',
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['sources', 'run'],
    properties: {
      sources: {
        description: 'Files, folders and globs, relative to the folder of the configuration.',
        anyOf: [{ type: 'string' }, { type: 'array', minItems: 1, items: { type: 'string' } }],
      },
      build: TEXT,
      run: { type: 'string' },
      drive: TEXT,
    },
  },
};
