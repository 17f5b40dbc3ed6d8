export function hostname(): string {
  return "page";
}

export function tmpdir(): string {
  return "/tmp";
}
