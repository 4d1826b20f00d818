// A record and its proof as a server gave them; the numbers are checked by the tests beside it.
import type { InclusionProof, ProofRecord } from './check';

export const record: ProofRecord = {
  seq: 5,
  received: '2026-11-24T12:48:28.493202Z',
  source: 'http:shop-nginx',
  peer: '127.0.0.1',
  hint: 'nginx.access',
  text: '157.55.39.12 - - [23/Nov/2026:12:48:33 +0000] "GET /products/1747 HTTP/1.1" 200 11903 "-" "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"',
};

export const proof: InclusionProof = {
  seq: 5,
  redacted: false,
  salt: '991aa5c67fe726de4e71099d0490c0a5',
  record_leaf: '6015e8515e650cf5dede36aad61e788bf8cd959461bdfbd46e882d43670197d2',
  record_index: 4,
  record_path: [
    'f6692ba451f97d7e8ece3b7466df36aa5d3f1f003b6e9549fb3b04ff9f6ce464',
    '73f045a2eaf5fc01a1275e9a031452827c27d3ad72d99f75910d81e170fd72a8',
    '0ad54cda7a7dd6881b2e3e0e3e3794809c864a9df8e41ceefe5230c3983da88b',
    '266bd3bd5e9251849b7df292c2f390e3e91adce0b4d9882e3ef75f45004dd540',
    'c92fedd5e36cc29d65182ab3b395a538ba4338ab9b11e5ab107a0e6f26c89cd9',
    'fcf36b156fbb17864c7c0661b7c61d60aa6c7c6c2d226f111fc8514637d3e0f6',
    '8ab5585fa8553f26b9c391fafc6cf833b754523b5b834ff889f65b16066ae2d0',
    'bdd0adcd5341e6eb59caa7a68c3988c4417a9add46d1136671eef1bba4647cf5',
    '58e80f1658777eaca59e7fbc24e430f188558a8bbafdd53c4d1a2df50726a645',
    'c81bc1bce921d5cbadbc73a197f2659b32b960f44c88c2e36194ce64935b3ff1',
    '86fbfbd174189869bbd02945a290314cd117b43bc6af88e2d457cd71a5125061',
    '38b67c629f56bdf6842dbfd3e7dc82c5493452b1d189acf3d8d39476f99b815d',
  ],
  block_header:
    '0100000000100000010000000000000092a5832005610600e1f7902005610600c220c7db6031ee64fd80e55d281f5e64df94520088ba97adda30d94ba658f1f9',
  block_index: 0,
  block_path: [
    '8add22b12d4da07b10c45c71d1c7e9e71d5dad9fa53112ab0168babd33a9c368',
    '755c96687162c97e4aaa44a62781ac1438b2873d8d08e0e5c36af8b3440abce7',
    '0476693a04b98adcfbe7df71067328d72850d8b8e483ab31304258a6b3bb6acc',
    'cfbc0f39e65ba6c9762456bf1d13ac8cd701d26c59189c55d1093ce5c235a794',
    '44a0dbc0a38dc434b1d9a428f4dc9d9a2e0a69c33d7c6ad005e9f244cb16d5fa',
  ],
  checkpoint:
    'tocsin.local/journal\n18\nsvMcmy3DYHo0TX+lXc6vXMRzzPMZXqd+TkEe4Epimn4=\n\n— tocsin.local/journal Zw1D48EIX5gd1loi2sbdEfwkubxAQXmJ7XEUAbfkFPix5XBPqsjzOVMBMdpm1u0XSu3N1pQ9NMTzegbl1+0PFylO5AI=\n',
};

export const key = 'tocsin.local/journal+670d43e3+AfM0WMd+HiQI1VwQMcWiYn634mzTD3tbY0UEJ4zFsch+';
