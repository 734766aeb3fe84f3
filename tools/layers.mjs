// Enforces tools/layers.json: every import of another package is an allowed arrow and a declared dependency, nobody reaches
// past a package's exports, and no folder below packages/ is missing from the table. What is built of a package refers to
// all that it imports, so that packages are built in their order.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './steps.mjs'

const table = JSON.parse(readFileSync(join(root, 'tools/layers.json'), 'utf8'))
const packageOf = (layer) => `@gleaner/${layer.replace('drivers/', 'driver-').replace('/', '-')}`
const layerOf = new Map(Object.keys(table.layers).map((layer) => [packageOf(layer), layer]))
const importPattern = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g
const faults = []

for (const layer of Object.keys(table.layers)) {
  const folder = join(root, 'packages', layer)
  if (!existsSync(folder)) {
    faults.push(`tools/layers.json names packages/${layer}, which does not exist`)
    continue
  }
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const declared = new Set(
    Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }),
  )
  const built = referencesOf(folder)
  for (const file of sources(join(folder, 'src'))) checkFile(layer, file, { declared, built })
}
for (const folder of packageFolders(join(root, 'packages'))) {
  const layer = relative(join(root, 'packages'), folder)
  if (!(layer in table.layers)) faults.push(`packages/${layer} is not in tools/layers.json`)
}

/** The subpaths a package offers on purpose: those that its package.json names. */
function exportsOf(layer) {
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', layer, 'package.json'), 'utf8'))
  return Object.keys(exports ?? {})
}

/** The packages that are built before this one; undefined for one that is bundled from sources. */
function referencesOf(folder) {
  const { references } = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'))
  return references && new Set(references.map(({ path }) => relative(join(root, 'packages'), join(folder, path))))
}

function checkFile(layer, file, { declared, built }) {
  const isTest =
    /\.(test|prop\.test|adversarial\.test)\.tsx?$/.test(file) ||
    file.includes('/testing/') ||
    file.endsWith('/testing.ts')
  const name = relative(root, file)
  for (const [, target] of readFileSync(file, 'utf8').matchAll(importPattern)) {
    if (target.startsWith('node:') && table.noNode.includes(layer) && !isTest)
      faults.push(`${name}: ${layer} may not import ${target}`)
    if (
      target.startsWith('.') &&
      relative(join(root, 'packages', layer, 'src'), join(file, '..', target)).startsWith('..') &&
      !target.endsWith('package.json')
    ) {
      faults.push(`${name}: "${target}" leaves the package; import the other package by its name`)
    }
    if (!target.startsWith('@gleaner/')) continue
    const [scope, short, ...rest] = target.split('/')
    const other = layerOf.get(`${scope}/${short}`)
    if (other !== undefined && other !== layer && built?.has(other) === false && !file.endsWith('.test.ts'))
      faults.push(`${name}: packages/${other} is not in the references of packages/${layer}/tsconfig.json`)
    if (other === undefined) faults.push(`${name}: there is no package ${scope}/${short}`)
    else if (isTest && table.testOnly.some((allowed) => [other, ...rest].join('/') === allowed)) continue
    else if (rest.length > 0 && !isTest && !exportsOf(other).includes(`./${rest.join('/')}`))
      faults.push(`${name}: "${target}" reaches past the exports of ${scope}/${short}`)
    else if (other !== layer && !table.layers[layer].includes(other))
      faults.push(`${name}: ${layer} may not import ${other}`)
    else if (other !== layer && !declared.has(`${scope}/${short}`) && !isTest)
      faults.push(`${name}: ${scope}/${short} is not in the dependencies of ${layer}`)
  }
}

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* sources(path)
    else if (/\.tsx?$/.test(name)) yield path
  }
}

function* packageFolders(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!statSync(path).isDirectory() || name === 'node_modules') continue
    if (existsSync(join(path, 'package.json'))) yield path
    else yield* packageFolders(path)
  }
}

for (const fault of faults) console.error(fault)
console.log(faults.length === 0 ? 'layers: every import is an allowed arrow' : `layers: ${faults.length} faults`)
process.exit(faults.length === 0 ? 0 : 1)
