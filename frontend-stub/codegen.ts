import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/gql/**', '!src/playground/**'],
  generates: {
    './src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'read' } },
      config: {
        strictScalars: true,
        useTypeImports: true,
        enumsAsTypes: true,
        dedupeFragments: true,
        scalars: { DateTime: 'string', Digest: 'string', JSON: 'unknown' },
      },
    },
  },
};

export default config;
