// What the compiler does not tell: hooks called in the wrong place, and controls that some people cannot reach.
// Babel parses, since typescript-eslint knows no TypeScript 7 yet; types are `tsc`'s, unused names too.
import js from '@eslint/js';
import babel from '@babel/eslint-parser';
import a11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';

export default [
  { ignores: ['src/gql/', 'dist/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { 'jsx-a11y': a11y, 'react-hooks': hooks },
    languageOptions: {
      parser: babel,
      parserOptions: {
        requireConfigFile: false,
        babelOptions: { presets: ['@babel/preset-typescript'], parserOpts: { plugins: ['jsx', 'typescript'] } },
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...a11y.flatConfigs.recommended.rules,
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-undef': 'off',
      'no-unused-vars': 'off',
      'no-redeclare': 'off',
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } } },
];
