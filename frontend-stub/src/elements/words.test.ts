import { expect, test } from 'vitest';
import { ago, bytesInWords, count, highlightPieces, sentence } from './words';

test('sizes are read at a glance', () => {
  expect([0, 1023, 1536, 10 * 1024 * 1024, 150 * 1024 * 1024].map(bytesInWords)).toEqual([
    '0 B',
    '1023 B',
    '1.5 KiB',
    '10.0 MiB',
    '150 MiB',
  ]);
});

test('times are told by how long ago they were', () => {
  const now = Date.UTC(2026, 0, 10);
  const before = (seconds: number) => ago(new Date(now - seconds * 1000).toISOString(), now);
  expect([3, 59, 120, 7200, 86_400, 40 * 86_400].map(before)).toEqual([
    'just now',
    '59 seconds ago',
    '2 minutes ago',
    '2 hours ago',
    'yesterday',
    'last month',
  ]);
});

test('counts and constants become words', () => {
  expect([count(1, 'chart'), count(2000, 'repository', 'repositories')]).toEqual(['1 chart', '2,000 repositories']);
  expect(sentence('REPOSITORY_NOT_FOUND')).toBe('Repository not found');
});

test('what matched is marked, and no markup besides gets through', () => {
  expect(highlightPieces('a <mark>pay</mark>ment &amp; <mark>&lt;b&gt;</mark><script>')).toEqual([
    { text: 'a ', marked: false },
    { text: 'pay', marked: true },
    { text: 'ment & ', marked: false },
    { text: '<b>', marked: true },
    { text: '<script>', marked: false },
  ]);
});
