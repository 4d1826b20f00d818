import { describe, expect, it } from 'vitest';
import { configFor, shippers, sourceName, type Shipper } from './shippers';

describe('configurations to copy', () => {
  it('make a name that an address may hold', () => {
    expect(sourceName(' my shop/é ')).toBe('my-shop');
    expect(sourceName('///')).toBe('');
  });
  it('name the server, the key and the source', () => {
    for (const { value } of shippers) {
      const text = configFor(value as Shipper, 'https://logs.example', 'tok_x', 'shop');
      expect(text).toContain('logs.example');
      expect(text).toContain('tok_x');
      expect(text).toContain('/api/v1/events?source=shop');
    }
    expect(configFor('fluentbit', 'https://logs.example', 'k', 's')).toContain('Port    443');
  });
});
