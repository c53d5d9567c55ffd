/** Whether the client has this state already: If-None-Match of RFC 9110, section 13.1.2. `etag` is quoted. */
export function unchanged(request: Request, etag: string): boolean {
  const given = request.headers.get('if-none-match')
  if (given === null) return false
  if (given.trim() === '*') return true
  return given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
