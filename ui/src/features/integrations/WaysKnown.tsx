import type { ReactNode } from "react";
import { useSignInWays } from "../../data/integrations";
import type { SignInWays } from "../../generated";
import { Bars, ErrorPane, Loading } from "../../shared/States";

/** What needs to know how a browser can come back, once that is known. */
export function WaysKnown({ children }: { children: (ways: SignInWays) => ReactNode }) {
  const ways = useSignInWays();
  if (ways.data) return children(ways.data);
  if (ways.isError) return <ErrorPane error={ways.error} what="The ways to sign in could not be read" onRetry={() => void ways.refetch()} />;
  return <Loading what="the ways to sign in"><Bars rows={4} height={60} /></Loading>;
}
