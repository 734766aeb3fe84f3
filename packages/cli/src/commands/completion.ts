// `gleaner completion bash`: a script that completes commands, their subcommands and options. It is made from the commands
// themselves and holds no names of instances: completing must not wait for a server.
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../failure.ts'

export function completion(context: CommandContext, program: Command, shell: string): void {
  if (shell !== 'bash') throw new UsageError(`There is no completion for "${shell}".`, 'Only: gleaner completion bash')
  context.io.out(script(program))
}

function script(program: Command): string {
  const cases = allCommands(program)
    .map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`)
    .join('\n')
  return `# Completion for gleaner. In ~/.bashrc:  source <(gleaner completion bash)
_gleaner() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case $path in
${cases}
    esac
    [ -n "$words" ] || [ -z "$path" ] && break
    case $path in *' '*) path=\${path% *} ;; *) path='' ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _gleaner gleaner
`
}

function allCommands(program: Command): { path: string; words: string[] }[] {
  const found: { path: string; words: string[] }[] = []
  const visit = (command: Command, path: string) => {
    const options = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? [])
    const shared = path === '' ? [] : program.options.flatMap(({ long }) => long ?? [])
    found.push({ path, words: [...command.commands.map((each) => each.name()), ...options, ...shared] })
    for (const each of command.commands) visit(each, path === '' ? each.name() : `${path} ${each.name()}`)
  }
  visit(program, '')
  return found
}
