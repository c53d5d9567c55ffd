/**
 * Replaces `$(NAME)` by the variable of that name; an unknown one stays as it is, `$$` becomes `$`.
 * k8s.io/kubernetes/third_party/forked/golang/expansion.Expand
 */
export function expand(text: string, variables: Pick<ReadonlyMap<string, string>, 'get'>): string {
  let result = ''
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0 || dollar === text.length - 1) return result + text.slice(at)
    result += text.slice(at, dollar)
    const next = text[dollar + 1]
    const close = next === '(' ? text.indexOf(')', dollar) : -1
    if (close > 0) {
      const name = text.slice(dollar + 2, close)
      result += variables.get(name) ?? `$(${name})`
      at = close + 1
    } else {
      result += next === '$' ? '$' : `$${next}`
      at = dollar + 2
    }
  }
  return result
}
