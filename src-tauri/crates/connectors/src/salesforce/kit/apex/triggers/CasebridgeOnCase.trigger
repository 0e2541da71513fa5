/** Tells Casebridge of a case of its conversations that was opened, closed, given to somebody else or changed in status. */
trigger CasebridgeOnCase on Case (after insert, after update) {
    try {
        CasebridgeNotice.onCases(Trigger.new, Trigger.oldMap);
    } catch (Exception problem) {
        // Nobody's save fails for this: Casebridge finds the change when it polls.
        System.debug(LoggingLevel.WARN, 'Casebridge was not told: ' + problem.getMessage());
    }
}
