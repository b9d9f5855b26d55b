import {createServer as createHttp, type Server as HttpServer} from 'node:http';
import {createServer, type AddressInfo, type Server} from 'node:net';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {createOutsideChecks} from '../../src/hosts/outside-checks.ts';
import {checkFromOutside, splitChecks} from '../../src/hosts/smoke.ts';
import type {SmokeCheck} from '../../src/model/host.ts';
import {host} from '../policy/example-fleet.ts';

let web: HttpServer;
let silent: Server;
let portOf: {web: number; silent: number; closed: number};
const outside = createOutsideChecks(500);

const listen = (server: Server): Promise<number> =>
  new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

beforeAll(async () => {
  web = createHttp((request, response) => {
    if (request.url === '/moved') response.writeHead(302, {location: '/health'}).end();
    else if (request.url === '/never') return;
    else response.writeHead(request.url === '/health' ? 200 : 503).end();
  });
  silent = createServer(() => undefined);
  const gone = createServer();
  portOf = {web: await listen(web), silent: await listen(silent), closed: await listen(gone)};
  await new Promise(resolve => gone.close(resolve));
});
afterAll(() => {
  web.closeAllConnections();
  web.close();
  silent.close();
});

describe('smoke checks from the console', () => {
  it('pass when the port answers, and say why when it does not', async () => {
    expect(await outside.tcp('127.0.0.1', portOf.silent)).toBeUndefined();
    expect(await outside.tcp('127.0.0.1', portOf.closed)).toContain('ECONNREFUSED');
  });

  it('pass with the status that is wanted, and say which other came', async () => {
    const at = (path: string): string => `http://127.0.0.1:${portOf.web}${path}`;
    expect(await outside.http(at('/health'), 200)).toBeUndefined();
    expect(await outside.http(at('/other'), 200)).toBe('answered 503, not 200');
    expect(await outside.http(at('/other'), 503)).toBeUndefined();
    expect(await outside.http(at('/moved'), 200)).toBe('answered 302, not 200');
  });

  it('end in time where nobody answers', async () => {
    const began = performance.now();
    expect(await outside.http(`http://127.0.0.1:${portOf.web}/never`, 200)).toMatch(/Timeout/);
    expect(await outside.http(`http://127.0.0.1:${portOf.silent}/`, 200)).toMatch(/Timeout/);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('put the address of the host in the URL, an IPv6 one in brackets', async () => {
    const asked: string[] = [];
    const listening = {
      tcp: (address: string, port: number) => Promise.resolve(`${address} ${port} is closed`),
      http: (url: string) => {
        asked.push(url);
        return Promise.resolve(undefined);
      },
    };
    const smoke: SmokeCheck[] = [
      {http: {url: 'https://{address}:8443/health', status: 200}},
      {tcp: 443},
      {unit: 'nginx.service'},
      {command: 'true'},
    ];
    const failures = await checkFromOutside({...host('web1'), address: '2001:db8::1', smoke}, listening);
    await checkFromOutside({...host('web2'), smoke: smoke.slice(0, 1)}, listening);
    expect(asked).toEqual(['https://[2001:db8::1]:8443/health', 'https://web2:8443/health']);
    expect(failures).toEqual([{check: 'tcp 443', what: 'tcp 443: 2001:db8::1 443 is closed'}]);
    expect(splitChecks(smoke)).toMatchObject({units: ['nginx.service'], commands: ['true']});
  });
});
