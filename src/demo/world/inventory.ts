import {fleet} from './fleet.ts';

/** Where each host of the demo listens. */
export type Addresses = ReadonlyMap<string, {address: string; port: number}>;

/** The inventory of the demo fleet, as an operator would write it. */
export const inventoryText = (user: string, addresses: Addresses): string => {
  const hosts = fleet.map(({name, groups, settings}) => {
    const at = addresses.get(name);
    if (at === undefined) throw new Error(`${name} has no address`);
    const parts = [`address: ${at.address}`, `port: ${at.port}`, `groups: [${groups.join(', ')}]`];
    return `  ${name}: {${[...parts, ...(settings === '' ? [] : [settings])].join(', ')}}`;
  });
  return [
    '# The embedded demo fleet: simulated hosts in this process, nothing real is touched.',
    'fleet: demo-shop',
    `defaults: {user: ${user}, become: sudo}`,
    'groups:',
    ...groups,
    'hosts:',
    ...hosts,
    '',
  ].join('\n');
};

const groups: readonly string[] = [
  '  web: {criticality: high, exposure: internet, data: confidential, wave: 2, owner: shop, tags: [eu],',
  '        smoke: [{unit: nginx.service}, {unit: php8.2-fpm.service}]}',
  '  api: {criticality: high, exposure: internal, data: confidential, wave: 2, owner: shop, tags: [eu],',
  '        smoke: [{unit: shop-api.service}]}',
  '  db: {criticality: critical, exposure: internal, data: regulated, wave: 3, oneAtATime: true, owner: data,',
  '       smoke: [{unit: "postgresql@15-main.service"}, {command: pg_isready -q}]}',
  '  cache: {criticality: medium, exposure: internal, wave: 2, oneAtATime: true, owner: shop,',
  '          smoke: [{command: redis-cli ping}]}',
  '  edge: {criticality: critical, exposure: internet, data: internal, wave: 3, oneAtATime: true, owner: platform,',
  '         smoke: [{unit: haproxy.service}]}',
  '  tools: {criticality: low, exposure: internal, wave: 1, owner: platform}',
  '  data: {criticality: medium, exposure: internal, wave: 1, owner: data}',
];
