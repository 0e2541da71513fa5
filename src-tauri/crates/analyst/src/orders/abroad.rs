//! The commonest orders in German, French, Spanish and Portuguese: about the priority and the case, and to forget or
//! to follow instructions. Letters with and without their marks, as phones write them.

pub(super) fn patterns() -> Vec<String> {
    [german(), french(), spanish(), portuguese()].concat()
}

fn german() -> Vec<String> {
    let own = r"(?:priorit(?:ä|ae|a)t(?:sstufe)?|dringlichkeit(?:sstufe)?|schweregrad|eskalationsstufe)";
    let verb = r"(?:setzt?en?|setze?|stellen?|stelle?|ändere?n?|aendere?n?|aktualisieren?|aktualisiert|markieren?|trage?n?|schreiben?|schreibe?|füllen?|fuellen?|erhöhen?|erhoehen?|hebe?n?|stufe?n?|vergeben?|vergib|gib|geben|wählen?|machen?)";
    let case = r"(?:fall|ticket|gespräch|gespraech|vorgang|anfrage|das|dies(?:en|es|e)?|es)";
    let model = r"(?:ki|ai|assistent(?:en)?|modell|sprachmodell|bot)";
    vec![
        format!(r"\b{verb}\b[^,]*\b{own}\b"),
        format!(r"\b{own}\s*(?:[=:]|(?:auf|muss|soll|sollte)\b)"),
        format!(r"\b(?:markier|kennzeichne|behandel|behandl|klassifizier|stuf)\w*\s+(?:sie\s+)?(?:bitte\s+)?(?:diesen?\s+|dieses\s+|das\s+|den\s+)?{case}\b.*\bals\b"),
        r"\b(?:setz|änder|aender|stell)\w*\b.*\bstatus\b.*\bauf\b".to_owned(),
        r"\b(?:schreib|trag|setz|füll|fuell)\w*\b.*\b(?:jedes|alle|das|dem|ins?)\s+(?:\w+)?feld(?:er|ern|es)?\b".to_owned(),
        r"\b(?:ignoriere?n?|missachten?|missachte|übergehen?|übergehe)\b.*\b(?:anweisung(?:en)?|instruktion(?:en)?|regeln|vorgaben|richtlinien|alles (?:bisherige|vorherige|obige|davor))\b".to_owned(),
        r"\b(?:vergiss|vergessen sie|vergesst)\b.*\b(?:deine|ihre|alle|eure|sämtliche|alles)\b.*\b(?:anweisung(?:en)?|instruktion(?:en)?|regeln|vorgaben|bisherige|vorherige)\b".to_owned(),
        r"\bneue anweisung(?:en)?\s*:|\bdu bist (?:jetzt|nun|ab sofort|ab jetzt) ein".to_owned(),
        format!(r"\b(?:hinweis|nachricht|anweisung|notiz) (?:an|für|fuer) (?:die |das |den )?{model}\b"),
        r"^\W*zusammenfassung\s*[:=]|\b(?:schreib\w*|erwähne?n?|nenne?n?|sage?n?)\b.*\bin (?:die|der|deiner?|ihrer?) zusammenfassung\b".to_owned(),
    ]
}

fn french() -> Vec<String> {
    let own = r"(?:priorit[ée]|gravit[ée]|s[ée]v[ée]rit[ée]|niveau d['’ ]urgence)";
    let verb = r"(?:mets|mettez|mettre|d[ée]finis(?:sez)?|d[ée]finir|r[èée]gle[zr]?|change[zr]?|modifie[zr]?|marque[zr]?|passe[zr]?|augmente[zr]?|fixe[zr]?|classe[zr]?|attribue[zr]?|monte[zr]?|[ée]cris|[ée]crivez|remplis(?:sez)?)";
    let case = r"(?:ticket|dossier|cas|conversation|demande|[çc]a|cela|ceci)";
    vec![
        format!(r"\b{verb}\b[^,]*\b{own}\b"),
        format!(r"\b{own}\s*(?:[=:]|doit\b)"),
        format!(r"\b(?:marque|traite|classe|signale)[zr]?\s+(?:ce |cette |cet |le |la |mon |ma )?{case}\b.*\bcomme\b"),
        r"\b(?:ignore[zr]?|contourne[zr]?|ne (?:tiens|tenez) pas compte)\b.*\b(?:instructions?|consignes?|r[èe]gles?|directives?|tout ce qui pr[ée]c[èe]de)\b".to_owned(),
        r"\boublie[zr]?\b.*\b(?:tes|vos|toutes|ces)\b.*\b(?:instructions?|consignes?|r[èe]gles?|directives?)\b|\boublie[zr]? tout ce qui pr[ée]c[èe]de\b".to_owned(),
        r"\bnouvelles? (?:instructions?|consignes?)\s*:|\btu es (?:maintenant|d[ée]sormais) (?:une?|l[ea])\b".to_owned(),
        r"\b(?:note|message|consigne|instructions?) (?:à|a|pour) (?:l['’]\s?(?:ia|ai)|le mod[èe]le|le bot)\b".to_owned(),
        r"^\W*r[ée]sum[ée]\s*[:=]|\b(?:[ée]cris|[ée]crivez|mets|mettez|mentionne[zr]?|indique[zr]?|dis|dites)\b.*\bdans (?:le|ton|votre) r[ée]sum[ée]\b".to_owned(),
    ]
}

fn spanish() -> Vec<String> {
    let own = r"(?:prioridad|severidad|gravedad|nivel de urgencia)";
    let verb = r"(?:pon(?:er|ga|gan|e)?|establece[r]?|establezca|cambi(?:a|e|ar)|fij(?:a|e|ar)|marc(?:a|ar)|marque|sub(?:e|a|ir)|elev(?:a|e|ar)|asign(?:a|e|ar)|actualiz(?:a|ar)|actualice|escrib(?:e|a|ir)|rellen(?:a|e|ar)|configur(?:a|e|ar)|clasific(?:a|ar)|clasifique|defin(?:e|a|ir))";
    let case = r"(?:caso|ticket|conversaci[óo]n|solicitud|incidencia|esto|lo)";
    vec![
        format!(r"\b{verb}\b[^,]*\b{own}\b"),
        format!(r"\b{own}\s*(?:[=:]|(?:debe|tiene que)\b)"),
        format!(r"\b(?:marc(?:a|ar)|marque|trat(?:a|e|ar)|clasific(?:a|ar)|clasifique)\s+(?:este |esta |el |la |mi )?{case}\b.*\bcomo\b"),
        r"\b(?:ignor(?:a|e|ar|en)|desestim(?:a|e|ar)|omit(?:e|a|ir))\b.*\b(?:instrucci(?:ón|on|ones)|reglas?|indicaciones|directrices|todo lo anterior)\b".to_owned(),
        r"\bolvid(?:a|e|ar)\b.*\b(?:tus|sus|todas)\b.*\b(?:instrucciones|reglas|indicaciones|directrices)\b|\bolvid(?:a|e) todo lo anterior\b".to_owned(),
        r"\bnuevas? instrucci(?:ón|on|ones)\s*:|\b(?:ahora eres|eres ahora|a partir de ahora eres)\b".to_owned(),
        r"\b(?:nota|mensaje|instrucci(?:ón|on|ones)|aviso) (?:para|a) (?:la (?:ia|ai)|el modelo|el bot)\b".to_owned(),
        r"^\W*resumen\s*[:=]|\b(?:escrib(?:e|a)|pon(?:ga)?|mencion(?:a|e)|indi(?:ca|que)|di(?:ga)?)\b.*\ben (?:el|tu|su) resumen\b".to_owned(),
    ]
}

fn portuguese() -> Vec<String> {
    let own = r"(?:prioridade|severidade|gravidade|n[íi]vel de urg[êe]ncia)";
    let verb = r"(?:defin(?:a|e|ir)|coloc(?:a|ar)|coloque|ponha|p[ôo]r|mud(?:a|e|ar)|alter(?:a|e|ar)|marc(?:a|ar)|marque|ajust(?:a|e|ar)|aument(?:a|e|ar)|elev(?:a|e|ar)|atribu(?:a|i|ir)|atualiz(?:a|e|ar)|escrev(?:a|e|er)|preench(?:a|e|er)|classific(?:a|ar)|classifique|configur(?:a|e|ar))";
    let case = r"(?:caso|ticket|chamado|conversa|pedido|isto|isso)";
    vec![
        format!(r"\b{verb}\b[^,]*\b{own}\b"),
        format!(r"\b{own}\s*(?:[=:]|(?:deve|tem que)\b)"),
        format!(r"\b(?:marc(?:a|ar)|marque|trat(?:a|e|ar)|classific(?:a|ar)|classifique)\s+(?:este |esta |o |a |meu |minha )?{case}\b.*\bcomo\b"),
        r"\b(?:ignor(?:a|e|ar|em)|desconsider(?:a|e|ar)|desobede[çc]a)\b.*\b(?:instru[çc](?:ão|ao|ões|oes)|regras?|orienta[çc](?:ões|oes)|diretrizes|tudo (?:acima|o que))\b".to_owned(),
        r"\besque[çc](?:a|e|er)\b.*\b(?:suas|tuas|todas)\b.*\b(?:instru[çc](?:ões|oes)|regras|orienta[çc](?:ões|oes)|diretrizes)\b".to_owned(),
        r"\bnovas? instru[çc](?:ão|ao|ões|oes)\s*:|\b(?:voc[êe] [ée] agora|agora voc[êe] [ée]) (?:uma?|[oa])\b".to_owned(),
        r"\b(?:nota|mensagem|instru[çc](?:ão|ao|ões|oes)|aviso) (?:para|à) (?:a |o )?(?:ia|ai|modelo|bot)\b".to_owned(),
        r"^\W*resumo\s*[:=]|\b(?:escrev(?:a|e)|coloque|mencion(?:a|e)|indique|diga)\b.*\bno (?:seu )?resumo\b".to_owned(),
    ]
}
