// Passwords of the login roles. In: a superuser connection and role → password. Out: roles that can log in.
import type pg from 'pg'

export type LoginRole = 'spanledger_writer' | 'spanledger_api' | 'spanledger_reader'

export async function setRolePasswords(client: pg.ClientBase, passwords: Record<LoginRole, string>): Promise<void> {
  // Passwords must not reach the server's statement log.
  await client.query("set log_statement = 'none'")
  for (const [role, password] of Object.entries(passwords)) {
    await client.query(`alter role ${client.escapeIdentifier(role)} password ${client.escapeLiteral(password)}`)
  }
}
