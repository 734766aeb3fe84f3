// The socket at which the users of the desktop ask and decide: one line of JSON in, one out. Everybody on the machine may take it back
// or lend it: both only ever shorten or lengthen a wait, and whoever touches the machine has it at once in any case.
import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { type AgentQuestion, type AgentReply, isQuestion } from './agent-status.ts'

const longestQuestion = 4096
const patienceMs = 5000

export async function openAgentSocket(path: string, answer: (question: AgentQuestion) => AgentReply): Promise<Server> {
  mkdirSync(dirname(path), { recursive: true })
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there !== undefined) {
    // Of somebody who wrote the wrong path: nothing of his is lost for that.
    if (!there.isSocket())
      throw new Error(`${path} is there already and is no socket; give the agent another "socket:"`)
    // A socket that answers belongs to an agent that runs: two of them would pause and resume against each other.
    if (await answers(path)) throw new Error(`another agent already listens at ${path}`)
    unlinkSync(path)
  }
  const server = createServer((socket) => serve(socket, answer))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o666)
  return server
}

function serve(socket: Socket, answer: (question: AgentQuestion) => AgentReply): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.on('error', () => {})
  socket.on('data', (chunk: string) => {
    text += chunk
    if (text.length > longestQuestion) socket.destroy()
    else if (text.includes('\n')) socket.end(`${JSON.stringify(reply(text, answer))}\n`)
  })
}

function reply(text: string, answer: (question: AgentQuestion) => AgentReply): AgentReply {
  try {
    const question = JSON.parse(text) as unknown
    return isQuestion(question) ? answer(question) : { refused: 'this is no question the agent knows' }
  } catch (error) {
    return { refused: (error as Error).message }
  }
}

export function askAgent(path: string, question: AgentQuestion): Promise<AgentReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(`${JSON.stringify(question)}\n`))
    let text = ''
    socket.setEncoding('utf8')
    socket.setTimeout(patienceMs, () => socket.destroy(new Error(`no answer within ${patienceMs / 1000} s`)))
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', reject)
    socket.on('end', () => {
      try {
        resolve(JSON.parse(text) as AgentReply)
      } catch {
        reject(new Error('the answer makes no sense'))
      }
    })
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
