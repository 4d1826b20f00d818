import { describe, expect, it } from 'vitest';
import { alertSentence, decisionSentence, eventSentence } from './sentences';

describe('the sentences of the overview', () => {
  it('count in words', () => {
    expect(alertSentence(0)).toBe('No alert needs you');
    expect(alertSentence(1)).toBe('1 alert needs you');
    expect(alertSentence(1200)).toBe('1,200 alerts need you');
  });
  it('say that nothing is enforced when nobody enforces', () => {
    expect(decisionSentence(3, 0)).toBe('3 decisions stand, no enforcer is connected');
    expect(decisionSentence(1, 1)).toBe('1 decision stands, 1 enforcer connected');
  });
  it('compare with the time before', () => {
    expect(eventSentence(103, 100)).toBe('103 events, 3 % more than before');
    expect(eventSentence(97, 100)).toBe('97 events, 3 % fewer than before');
    expect(eventSentence(5, 0)).toBe('5 events');
  });
});
