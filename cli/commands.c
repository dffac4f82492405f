/* The one table of commands. Help, checks of words and options, and main are driven by it. */
#include "cli/cmd.h"

#define ANY 10000

static const struct command commands[] = {
    {"init", N_("--unit CODE --name NAME"), 0, 0, STORE_NONE,
     OPT_BIT(UNIT) | OPT_BIT(NAME) | OPT_BIT(SEAL), N_("opens the book of the top office"),
     N_("Makes a store for the office at the top, a province for instance. Every other office "
        "joins it, or one that has joined. With --seal it is encrypted with a passphrase: who "
        "takes the disk reads nothing of it, and who loses the passphrase neither."),
     cmd_init},
    {"invite", N_("UNIT"), 1, 1, STORE_WRITE, OPT_BIT(ROLE) | OPT_BIT(DAYS) | OPT_BIT(QR),
     N_("prints a code with which one computer of a unit may join"),
     N_("The code is good once and for 7 days. It is made to be read over the phone: letters "
        "that sound alike do not matter, and a mistake is noticed. On a terminal it is also shown "
        "as "
        "a QR code, for a photo that is sent on."),
     cmd_invite},
    {"join",
     N_("URL CODE | --request FILE [CODE] | --admit FILE [--unit CODE] | --complete FILE | "
        "--rehome URL [CODE]"),
     0, 2, STORE_MAYBE,
     OPT_BIT(REHOME) | OPT_BIT(CA_FILE) | OPT_BIT(SEAL) | OPT_BIT(REQUEST) | OPT_BIT(ADMIT) |
         OPT_BIT(COMPLETE) | OPT_BIT(UNIT) | OPT_BIT(ROLE),
     N_("joins a hub with the code it gave"),
     N_("Makes a store on this computer, lets the hub admit it, and syncs once. Prints the ID of "
        "this computer. If anything fails before that, nothing is left behind. With --rehome a "
        "computer that has a store goes to another hub, with all it holds and without sending "
        "again what that hub has: no code is needed when the hub already knows it; with a code it "
        "becomes a computer of the unit that the code is for. With --seal the store is encrypted "
        "with a passphrase. Without any link: --request makes the store and writes FILE; the hub "
        "takes it with --admit and writes FILE.admitted beside it; --complete takes that back "
        "here. Without a code the hub names the unit, for a stick that came from hand to hand, and "
        "both sides compare the check."),
     cmd_join},
    {"nodes", "", 0, 0, STORE_MUST, OPT_BIT(UNIT), N_("lists the computers that have joined"),
     N_("Name, unit, role, state, the hub it syncs with, last contact. At a hub, also how far each "
        "has received."),
     cmd_nodes},
    {"revoke", N_("NODE"), 1, 1, STORE_WRITE, OPT_BIT(REASON),
     N_("closes a computer that was lost, stolen or given away"),
     N_("NODE is an ID of terrace nodes. What it had saved and sent stays; what comes later is "
        "refused everywhere and kept aside. --reason tells the others why."),
     cmd_revoke},
    {"add", N_("KIND [FIELD=VALUE…]"), 1, ANY, STORE_WRITE, OPT_BIT(ANYWAY),
     N_("records something new and prints its ID"),
     N_("Without fields it asks one by one. The unit is yours when none is given. If it looks "
        "like somebody already recorded, nothing is written and the record is named; --anyway "
        "enters it all the same. Example:\n"
        "  terrace add member full_name=\"Giàng A Dê\" birth_date=12/04/2001 sex=nam"),
     cmd_add},
    {"edit", N_("ID [FIELD=VALUE…]"), 1, ANY, STORE_WRITE, OPT_BIT(ANYWAY),
     N_("changes a record, asking field by field"),
     N_("Shows each field with its present value. What somebody else changes meanwhile is not "
        "overwritten: both values are then shown as a conflict."),
     cmd_edit},
    {"set", N_("ID FIELD=VALUE…"), 2, ANY, STORE_WRITE, OPT_BIT(ANYWAY),
     N_("changes fields of a record"),
     N_("FIELD=VALUE sets, FIELD= clears, FIELD+=VALUE and FIELD-=VALUE change a set, FIELD=@FILE "
        "reads a text. Several elements of a set are parted by ; and of members * stands for all "
        "who "
        "take part in the unit, \"all but NAME; NAME\" for all but those."),
     cmd_set},
    {"step", N_("ID [STATE] [FIELD=VALUE…]"), 1, ANY, STORE_WRITE, OPT_BIT(ANYWAY),
     N_("takes the next step of a procedure, with all that follows from it"),
     N_("Without STATE it says where the record stands, which steps may come next, who takes them "
        "and what they need; on a terminal it asks. What follows is saved at once: a ceremony of "
        "admission makes the member, an end of membership shows at the member, an expulsion ends "
        "membership, a new secretary ends the former one's time. Example:\n"
        "  terrace step k7f-41 voted meeting_date=12/03/2025 present=9 for=8"),
     cmd_step},
    {"fee", N_("list|due|pay|exempt|remit MONTH [all [but MEMBER…] | MEMBER…]"), 2, ANY,
     STORE_WRITE, OPT_BIT(UNIT) | OPT_BIT(REASON),
     N_("fees of a month: who owes, who paid, what goes up"),
     N_("due enters what each active member owes, exemptions going on; pay and exempt (with "
        "--reason) are for the members named, or for all but some; remit records the share that "
        "goes up of what was collected so far. Done again it changes nothing. Examples:\n"
        "  terrace fee pay 2025-06 all but \"Giàng A Dê\" --unit 04576-1\n"
        "  terrace fee exempt 2025-06 \"Lò Thị Mai\" --reason \"Hộ nghèo\""),
     cmd_fee},
    {"rate", N_("YEAR [MEMBER LEVEL [FIELD=VALUE…]]"), 1, ANY, STORE_WRITE, OPT_BIT(UNIT),
     N_("rates members, with their attendance counted"),
     N_("With a year alone it lists the active members, the meetings each attended and the rating "
        "that there is. With MEMBER and LEVEL it rates one, or changes that rating; the share of "
        "attendance is filled in from the records. The vote and the confirmation are steps: "
        "terrace step. Example:\n  terrace rate 2025 \"Giàng A Dê\" good"),
     cmd_rate},
    {"assess", N_("YEAR [FIELD=VALUE…]"), 1, ANY, STORE_WRITE, OPT_BIT(UNIT),
     N_("fills in the evidence of a unit's yearly assessment"),
     N_("Registers the unit for that year if it is not, and writes what the records tell of each "
        "of "
        "the three contents; again it brings that up to date, until the assessment is decided. "
        "Then terrace step: the unit marks itself, the office above marks and decides. What the "
        "decision rests on is kept with it. Example:\n"
        "  terrace assess 2025 self_1=90 self_2=80 self_3=85"),
     cmd_assess},
    {"show", N_("ID"), 1, 1, STORE_MUST, 0, N_("shows one record"),
     N_("ID may be shortened in its first part (k7f-41). A unit code, a card number, an ext_id or "
        "the exact name do as well. ✓ is stored one level up, ✓✓ at the top."),
     cmd_show},
    {"list", N_("KIND [FIELD=VALUE…]"), 1, ANY, STORE_MUST,
     OPT_BIT(UNIT) | OPT_BIT(DELETED) | OPT_BIT(COUNT) | OPT_BIT(LIMIT),
     N_("lists records, all or those that fit"),
     N_("Text fits without marks and capitals, a set when it contains the value, a date by its "
        "year or month. Example:\n  terrace list member --unit 04576 sex=nữ birth_date=2001"),
     cmd_list},
    {"find", N_("TEXT"), 1, ANY, STORE_MUST, OPT_BIT(LIMIT), N_("finds records by their words"),
     N_("Letters without marks do as well: “giang a de” finds “Giàng A Dê”. The last word may be "
        "unfinished."),
     cmd_find},
    {"rm", N_("ID"), 1, 1, STORE_WRITE, 0, N_("deletes a record"),
     N_("Says what refers to it. terrace undo brings it back."), cmd_rm},
    {"history", N_("ID"), 1, 1, STORE_MUST, OPT_BIT(VERIFY), N_("shows every save of a record"),
     N_("Who changed what and when, and by which way it came here. A hub keeps the signed messages "
        "that brought it (config evidence_days): --verify looks whether each was signed by its "
        "sender and holds that save."),
     cmd_history},
    {"undo", N_("ID"), 1, 1, STORE_WRITE, OPT_BIT(SAVE), N_("takes back a save made here"),
     N_("The newest save of this store on that record, or the one of --save. Prints the dot of "
        "the save that does it."),
     cmd_undo},
    {"import", N_("KIND FILE"), 2, 2, STORE_WRITE,
     OPT_BIT(DRY_RUN) | OPT_BIT(MAP) | OPT_BIT(ANYWAY) | OPT_BIT(REJECTS),
     N_("reads records from .xlsx, .csv or .jsonl"),
     N_("Columns are fields, by name or by label, marks and capitals do not matter; one that "
        "begins "
        "with _ or numbers the rows is passed over. A column ext_id holds the row's own key: "
        "importing the file "
        "again then changes nothing, and other rows may name it. Units are matched by code. Bad "
        "rows are told as FILE:LINE: field: reason, good ones are kept; --rejects FILE writes the "
        "bad "
        "ones with the reason beside each, to be corrected and imported from there. Of an .xlsx "
        "the "
        "sheet with the name of the kind is read, or else the first. FILE may be -."),
     cmd_import},
    {"export", N_("KIND FILE"), 2, 2, STORE_MUST,
     OPT_BIT(SINCE) | OPT_BIT(TEMPLATE) | OPT_BIT(UNIT) | OPT_BIT(DELETED) | OPT_BIT(MASK),
     N_("writes records as .xlsx, .csv or .jsonl"),
     N_("What is written can be edited and imported back. With --template FILE.xlsx has no "
        "records: its columns are to be filled in, with lists to choose from and a second sheet "
        "that explains them. What begins with = + - or @ stays text: in .csv an apostrophe before "
        "it sees to that, which import takes away again. FILE may be - for .jsonl on the screen. "
        "With --mask the sensitive fields are left out, for a file that is handed on; "
        "imported back it changes nothing in them. A viewer's computer always leaves them out."),
     cmd_export},
    {"print", N_("card|sheet|minutes|attendance|letter|book [ID|UNIT]"), 1, 2, STORE_MUST,
     OPT_BIT(OUT) | OPT_BIT(PERIOD), N_("writes a page for the printer (A4)"),
     N_("card and sheet: of a member, or of all of a unit, yours when none is named. minutes: of "
        "an "
        "activity. attendance: of an activity or a unit, a list to sign by hand. letter: of a "
        "transfer, by its ID or letter number, with an answer to cut off. book: of a branch, a "
        "page "
        "for each month of --period. Writes an .html file into this folder and prints its name; a "
        "browser prints it without any link. Example:\n"
        "  terrace print book 04576-1 --period 2025-Q2"),
     cmd_print},
    {"serve", "", 0, 0, STORE_WRITE, OPT_BIT(LISTEN) | OPT_BIT(TLS_CERT) | OPT_BIT(TLS_KEY),
     N_("lets the offices below sync with this"),
     N_("Serves until it is stopped. Other commands may be used beside it. With --tls-cert and "
        "--tls-key it speaks https. How much one address may ask is set with config limit_…"),
     cmd_serve},
    {"sync", "", 0, 0, STORE_WRITE, OPT_BIT(HUB) | OPT_BIT(EVERY),
     N_("exchanges what is new with the hub"),
     N_("What was sent before a link broke is not sent again. With --every 15m it goes on until "
        "it is stopped."),
     cmd_sync},
    {"bundle", N_("export FILE [--for NODE] | import FILE"), 2, 2, STORE_WRITE, OPT_BIT(FOR),
     N_("syncs by a file on a USB stick, where there is no link"),
     N_("export writes FILE for the hub, with all that it has not confirmed yet. Carry it there; "
        "import FILE takes it in and writes a receipt beside it, FILE.receipt. Carry that back and "
        "import it: it says what has arrived (✓, ✓✓) and brings what comes down. Sticks may be "
        "lost, late, doubled or in any order, with syncs in between. Only the computer that a file "
        "is for can read it. A hub writes one unasked with --for NODE: ID or name of a computer, "
        "or the code of its unit."),
     cmd_bundle},
    {"status", "", 0, 0, STORE_MUST, OPT_BIT(UNIT), N_("says what is here and what waits"),
     N_("With --unit also the digest of that subtree: two stores with the same digest hold the "
        "same."),
     cmd_status},
    {"check", "", 0, 0, STORE_MUST, OPT_BIT(REPAIR), N_("verifies every record of the store"),
     N_("With --repair it rebuilds what follows from the records, and sets damaged records aside "
        "so that the next sync brings them again."),
     cmd_check},
    {"backup", N_("DIR"), 1, 1, STORE_MUST, OPT_BIT(KEEP),
     N_("writes a verified copy of the store into a folder"),
     N_("Works beside a running serve. Each copy is a folder of its own in DIR, named by the time; "
        "with --keep N only the newest N of this store stay. It holds the secret key of this "
        "computer. Example:\n  terrace backup /media/usb/backups --keep 14"),
     cmd_backup},
    {"restore", N_("FOLDER"), 1, 1, STORE_NONE, 0, N_("makes a store from a backup"),
     N_("The store of -C must not be there yet. It goes on under a new name, so that nothing that "
        "was written since the backup can be mistaken; the next sync brings what the hub and the "
        "offices below have."),
     cmd_restore},
    {"compact", "", 0, 0, STORE_MUST, 0, N_("gives back room that the store does not need"),
     N_("Nothing else may be at work in the store, serve neither. Whatever happens meanwhile, the "
        "store is there whole."),
     cmd_compact},
    {"conflicts", "", 0, 0, STORE_MUST, OPT_BIT(UNIT),
     N_("lists what was written differently in two places"),
     N_("Both values are kept until somebody decides with resolve."), cmd_conflicts},
    {"resolve", N_("ID FIELD"), 2, 2, STORE_WRITE, OPT_BIT(TAKE) | OPT_BIT(VALUE),
     N_("decides a conflict"),
     N_("--take N takes the value with that number in the list, --value V another one. For the "
        "field deleted: 1 deletes again, 2 keeps the record."),
     cmd_resolve},
    {"transfer",
     N_("issue MEMBER --to UNIT [FIELD=VALUE…] | accept LETTER | refuse LETTER | return "
        "LETTER | list"),
     1, ANY, STORE_WRITE,
     OPT_BIT(TO) | OPT_BIT(OUTSIDE) | OPT_BIT(LETTER) | OPT_BIT(REASON) | OPT_BIT(STATE),
     N_("moves a member to another unit, by letter"),
     N_("issue prints the number of the letter. The other side accepts or refuses by that number, "
        "also before any data has come: the rest follows with the next sync. Until it is answered "
        "the member counts where it came from, and the issuer may return (take back) the letter. "
        "list shows who is waited for; after 30 days it says so, after 90 it is overdue."),
     cmd_transfer},
    {"inbox", "", 0, 0, STORE_MUST, OPT_BIT(UNIT) | OPT_BIT(LIMIT) | OPT_BIT(SEEN),
     N_("lists all that waits for a person here, the most urgent first"),
     N_("Conflicts this office decides, probable doubles, changes that were refused, letters to "
        "answer or overdue, what was handed in and waits for this office, what breaks a rule, "
        "computers that are silent; each with the command to type. --seen ID puts a notice of a "
        "refused change or letter away."),
     cmd_inbox},
    {"report", N_("--list | NAME [--unit UNIT] [--period PERIOD] [--out FILE]"), 0, 4, STORE_MUST,
     OPT_BIT(LIST) | OPT_BIT(UNIT) | OPT_BIT(PERIOD) | OPT_BIT(OUT) | OPT_BIT(PUBLISH),
     N_("figures of a unit and all below it, beside others and the period before"),
     N_("Of this office and the present month, unless --unit and --period say otherwise. FILE may "
        "end in .html (to print), .xlsx, .csv, .jsonl or .txt. With --publish the figures are kept "
        "as they are now: what is corrected afterwards shows beside them. The last day of a month "
        "can be set: terrace config report_day 25. Examples:\n"
        "  terrace report strength --period 2025-Q2\n"
        "  terrace report badong --unit 138 --period 2025 --out badong.html"),
     cmd_report},
    {"doubles", N_("[--not ID ID]"), 0, 2, STORE_MUST, OPT_BIT(UNIT) | OPT_BIT(NOT) | OPT_BIT(UNDO),
     N_("lists persons who may have been entered twice"),
     N_("Each pair with what speaks for it, the surest first; those of whom only the year of birth "
        "is known come last. If they are one person: terrace merge. If they are two, --not ID ID "
        "remembers it, and they are asked about no more; --undo forgets that."),
     cmd_doubles},
    {"merge", N_("ID ID"), 2, 2, STORE_WRITE, OPT_BIT(KEEP) | OPT_BIT(DRY_RUN),
     N_("makes two records one person, and prints the ID that stays"),
     N_("Nothing is deleted: both records stay and are shown as one, meetings attended under "
        "either "
        "count once. Where both say something, the record with the smaller ID counts, unless "
        "--keep "
        "says otherwise; it may be given several times. terrace unmerge takes it all back. "
        "Example:\n"
        "  terrace merge k7f-41 m2x-7 --keep birth_date=b --keep card_no=a"),
     cmd_merge},
    {"unmerge", N_("ID [ID]"), 1, 2, STORE_WRITE, 0, N_("makes two records two persons again"),
     N_("Everything is as it was before the merge. With one ID it is parted from all that it was "
        "merged with."),
     cmd_unmerge},
    {"unit",
     N_("merge UNIT… --into UNIT|CODE=NAME | split UNIT --into CODE=NAME… | move UNIT --to UNIT | "
        "rename UNIT --name NAME | close UNIT --into UNIT; each --on DATE"),
     2, ANY, STORE_WRITE,
     OPT_BIT(INTO) | OPT_BIT(TO) | OPT_BIT(NAME) | OPT_BIT(ON) | OPT_BIT(ASSIGN) | OPT_BIT(DRY_RUN),
     N_("merges, splits, moves, renames or closes units"),
     N_("Records stay where they were entered: until the day before --on they count for the old "
        "unit, from then on for its successor, whenever they are entered. With split, lines of "
        "--assign hand members, or branches with all in them, to one of the parts. --dry-run says "
        "what it would touch. It also prints the commands that take it back. Examples:\n"
        "  terrace unit merge 04549 --into 04558 --on 01/03/2020\n"
        "  terrace unit move 04660 --to 133 --on 01/03/2020"),
     cmd_unit},
    {"passphrase", "", 0, 0, STORE_MUST, OPT_BIT(KEY_FILE) | OPT_BIT(REMOVE_KEY_FILE),
     N_("changes the passphrase of a sealed store, or its key file"),
     N_("Asks for the present passphrase and twice for the new one. With --key-file a file opens "
        "the "
        "store as well, for a hub that starts unattended; it is made if there is none, and every "
        "command then takes it by --key-file or TERRACE_KEY_FILE. Scripts give the passphrase in "
        "TERRACE_PASSPHRASE, the new one in TERRACE_NEW_PASSPHRASE. The records are not written "
        "anew. A store that is not sealed stays so: sync it, and join once more with --seal."),
     cmd_passphrase},
    {"config", N_("[KEY [VALUE]]"), 0, 2, STORE_MUST, 0, N_("shows or changes settings"),
     N_("An empty VALUE takes the setting away."), cmd_config},
    {"help", N_("[COMMAND|KIND]"), 0, 1, STORE_MAYBE, OPT_BIT(MAN),
     N_("explains commands, kinds and fields"),
     N_("help KIND lists the fields of a kind with their codes and limits, the steps of its "
        "status, "
        "and its rules with their present numbers."),
     cmd_help},
};

const struct command *command_at(size_t index)
{
    return index < ARRAY_COUNT(commands) ? &commands[index] : NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

const char *command_words(const struct command *cmd)
{
    return cmd->words[0] ? gettext(cmd->words) : ""; /* gettext("") is the catalogue's head */
}
