// A plain SMTP client for tests. In: recipients and a raw mail. Out: every answer line of the server.
import { connect } from 'node:net'

export async function sendMail(port: number, mail: { from: string; to: string[]; raw: string }): Promise<string[]> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('utf8')
  const lines: string[] = []
  let waiting: (() => void) | undefined
  socket.on('data', (text: string) => {
    lines.push(...text.split('\r\n').filter((line) => line !== ''))
    waiting?.()
  })
  const answer = async () => {
    const before = lines.length
    // The last line of an answer has a space after its code; those before it have a hyphen.
    while (!(lines.length > before && /^\d{3} /.test(lines.at(-1) ?? ''))) {
      await new Promise<void>((resolve) => {
        waiting = resolve
      })
    }
  }
  const command = async (text: string) => {
    const answered = answer()
    socket.write(`${text}\r\n`)
    await answered
  }
  await answer()
  await command('EHLO test')
  await command(`MAIL FROM:<${mail.from}>`)
  for (const recipient of mail.to) await command(`RCPT TO:<${recipient}>`)
  if (/^[45]/.test(lines.at(-1) ?? '')) return end()
  await command('DATA')
  await command(`${mail.raw}\r\n.`)
  return end()

  function end(): string[] {
    socket.end('QUIT\r\n')
    return lines
  }
}
