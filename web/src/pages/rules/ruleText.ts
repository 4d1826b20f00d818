// A rule's YAML as text: templates, copies, and where an issue stands. It is never parsed here; the
// server says what it means.
import type { CheckIssue } from '@/api/rules';

export function newId(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

// The ids that the text's documents give themselves, in order.
export function idsOf(text: string): string[] {
  return [...text.matchAll(/^id:[ \t]*["']?([^\s"'#]+)/gm)].map((m) => m[1]!);
}

export function templateOf(id: string, day: string): string {
  return `title: Refused request below /admin
id: ${id}
status: experimental
description: >-
  What happened when this fires, and why it matters.
author: ""
date: ${day}
tags:
  - attack.reconnaissance
  - attack.t1595
logsource:
  category: web
detection:
  refused:
    http.response.status_code: 403
    url.path|startswith: /admin
  condition: refused
falsepositives:
  - Who else does this, and how one sees it.
level: medium
tocsin:
  group-by: [source.ip]
`;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// The text with ids and names of its own, so that it stands beside the rule that it was copied from.
// References between its documents follow.
export function copyOf(text: string, idOf: () => string = newId): { text: string; ids: string[] } {
  let copy = text;
  const ids: string[] = [];
  for (const old of new Set(idsOf(text))) {
    const id = idOf();
    ids.push(id);
    copy = copy.replaceAll(old, id);
  }
  const names = [...text.matchAll(/^name:[ \t]*["']?([\w.-]+)/gm)].map((m) => m[1]!);
  for (const name of new Set(names)) {
    copy = copy.replace(new RegExp(`(?<![\\w.-])${escaped(name)}(?![\\w.-])`, 'g'), `${name}_copy`);
  }
  copy = copy.replace(/^(title:[ \t]*)(["']?)(.*?)\2[ \t]*$/gm, (_, key, quote, title) =>
    title.endsWith('(copy)')
      ? `${key}${quote}${title}${quote}`
      : `${key}${quote}${title} (copy)${quote}`,
  );
  return { text: copy, ids };
}

export interface Span {
  from: number;
  to: number;
}

// Where an issue stands in the text: from its character to the end of the word; the whole line when
// the column is past its end. Never outside the text.
export function spanOf(text: string, issue: Pick<CheckIssue, 'line' | 'column'>): Span {
  let from = 0;
  for (let line = 1; line < issue.line; line += 1) {
    const end = text.indexOf('\n', from);
    if (end < 0) break;
    from = end + 1;
  }
  const end = text.indexOf('\n', from);
  const lineEnd = end < 0 ? text.length : end;
  const at = from + Math.max(0, issue.column - 1);
  if (at >= lineEnd) return { from: Math.min(from, text.length), to: lineEnd };
  const word = /^[^\s:,[\]{}]+/.exec(text.slice(at, lineEnd));
  return { from: at, to: at + Math.max(1, word?.[0].length ?? 1) };
}
