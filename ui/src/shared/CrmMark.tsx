export function CrmMark({ name }: { name: string }) {
  return <span className="crm" role="img" aria-label={name}>{name.charAt(0).toUpperCase()}</span>;
}
