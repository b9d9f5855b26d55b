import {cleanLine} from '../model/clean.ts';
import {agentTypes} from './agent-types.ts';
import {isSecurityKey} from './needs.ts';
import type {Target} from './target.ts';

/**
 * What the system's ssh may still log in with and ssh2 cannot, for people; undefined: nothing. Asked when ssh2's own keys are used up, before
 * anybody is asked for a password.
 */
export const beyondSsh2 = async (target: Target, allowed: readonly string[]): Promise<string | undefined> => {
  if (allowed.includes('publickey') && target.methods.includes('publickey')) {
    const file = target.identityFiles.find(isSecurityKey);
    if (file !== undefined) return `the security key ${cleanLine(file)}`;
    // With IdentitiesOnly ssh offers none of the agent's that is not configured.
    const types =
      target.agentSocket === undefined || target.identitiesOnly ? [] : await agentTypes(target.agentSocket);
    if (types.some(type => type.includes('-cert-v0'))) return 'a certificate of the agent';
    if (types.some(type => type.startsWith('sk-'))) return 'a security key of the agent';
  }
  return target.gssapi && allowed.some(name => name.startsWith('gssapi')) ? 'Kerberos' : undefined;
};
