/** Tells Casebridge of an e-mail that came in or was sent on a case of its conversations. */
trigger CasebridgeOnMail on EmailMessage (after insert, after update) {
    try {
        CasebridgeMail.onMails(Trigger.new, Trigger.oldMap);
    } catch (Exception problem) {
        // Nobody's mail is lost for this: Casebridge finds it when it polls.
        System.debug(LoggingLevel.WARN, 'Casebridge was not told: ' + problem.getMessage());
    }
}
