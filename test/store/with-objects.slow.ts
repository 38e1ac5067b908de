// The suite of all stores once more, with all but the smallest pieces in an object store.
process.env['AITRAIL_TEST_OBJECTS'] = '1';
await import('./store.test.ts');
await import('./content.test.ts');
await import('./search.test.ts');
