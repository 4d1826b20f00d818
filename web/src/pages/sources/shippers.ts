// Configurations to copy: each sends lines to POST /api/v1/events with a key of its own.
export const shippers = [
  { value: 'curl', label: 'curl, or any program' },
  { value: 'fluentbit', label: 'Fluent Bit' },
  { value: 'vector', label: 'Vector' },
  { value: 'node', label: 'A Node.js application' },
];
export type Shipper = 'curl' | 'fluentbit' | 'vector' | 'node';

// What a source may be called in an address.
export function sourceName(text: string): string {
  return text
    .trim()
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}

export function configFor(shipper: Shipper, origin: string, key: string, source: string): string {
  const url = new URL(origin);
  const path = `/api/v1/events?source=${source}`;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  switch (shipper) {
    case 'curl':
      return `tail -F /var/log/nginx/access.log | while IFS= read -r line; do\n  printf '%s\\n' "$line" | curl -sS -H 'X-Api-Key: ${key}' -H 'Content-Type: text/plain' --data-binary @- '${origin}${path}'\ndone`;
    case 'fluentbit':
      return `[INPUT]\n    Name  tail\n    Path  /var/log/nginx/access.log\n\n[OUTPUT]\n    Name    http\n    Match   *\n    Host    ${url.hostname}\n    Port    ${port}\n    URI     ${path}\n    Format  json_lines\n    Header  X-Api-Key ${key}\n    tls     ${url.protocol === 'https:' ? 'on' : 'off'}`;
    case 'vector':
      return `sources:\n  files:\n    type: file\n    include: [/var/log/nginx/access.log]\nsinks:\n  tocsin:\n    type: http\n    inputs: [files]\n    uri: ${origin}${path}\n    encoding: {codec: json}\n    framing: {method: newline_delimited}\n    request:\n      headers: {X-Api-Key: ${key}}`;
    case 'node':
      return `await fetch('${origin}${path}', {\n  method: 'POST',\n  headers: { 'X-Api-Key': '${key}', 'Content-Type': 'application/json' },\n  body: JSON.stringify({ message: 'authn_login_fail:alice', 'source.ip': request.ip }),\n});`;
  }
}
