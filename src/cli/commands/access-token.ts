// `spanledger access-token USER`: a token of the api for a member, where no sign-in of one's own issues them. In: the secret the
// api checks tokens with (API_JWT_SECRET), a user. Out: a JWT.
import { type Command, InvalidArgumentError } from 'commander'
import { SignJWT } from 'jose'
import { loadConfig, secret } from '../../shared/config.ts'
import { asOwner, withDatabase } from '../database.ts'

const MAX_HOURS = 24

export function addAccessToken(program: Command): void {
  program
    .command('access-token <user_id>')
    .description('Prints a token of the api for a member, who has the roles that tenant members lists.')
    .option('--hours <n>', 'how long it is good', hours, 1)
    .addHelpText(
      'after',
      '\nIt is signed with API_JWT_SECRET, which the api has too. Programs take an api-key instead.',
    )
    .action(async (userId: string, options: { hours: number }) => {
      const { API_JWT_SECRET } = loadConfig({ API_JWT_SECRET: secret() }, 'SPANLEDGER_ACCESS_TOKEN_')
      await withDatabase(async (client) => {
        const { rowCount } = await asOwner(client, () =>
          client.query('select from members where user_id = $1 limit 1', [userId]),
        )
        if (rowCount === 0)
          throw new Error(
            `${userId} is no member of any organisation: spanledger tenant member ORG ${userId} adds them`,
          )
      })
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(`${options.hours}h`)
        .sign(new TextEncoder().encode(API_JWT_SECRET))
      console.log(token)
    })
}

function hours(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= MAX_HOURS) return value
  throw new InvalidArgumentError(`Write a whole number from 1 to ${MAX_HOURS}.`)
}
