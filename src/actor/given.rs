//! Given names that tell the gender of their bearer nearly always. Names that both bear are left out.

#[rustfmt::skip]
const FEMALE: &[&str] = &[
    "abigail", "aisha", "alice", "alicia", "amanda", "amelia", "amina", "amy", "ana", "anastasia", "andrea", "angela",
    "anita", "ann", "anna", "anne", "annette", "barbara", "beatrice", "bernadette", "bertha", "beth", "betty", "brenda",
    "bridget", "camilla", "carla", "carmen", "carol", "caroline", "catherine", "cecilia", "celia", "charlotte", "cheryl",
    "christina", "christine", "claire", "clara", "cynthia", "deborah", "debbie", "denise", "diana", "diane", "dolores",
    "donna", "dorothy", "edith", "eileen", "elaine", "eleanor", "elena", "elisabeth", "elizabeth", "ella", "ellen", "emily",
    "emma", "erika", "esther", "eva", "fatima", "fiona", "florence", "frances", "gabriela", "gloria", "grace", "greta",
    "hannah", "harriet", "heather", "heidi", "helen", "helena", "hillary", "huma", "ingrid", "irene", "isabel", "isabella",
    "ivanka", "jacqueline", "jane", "janet", "janice", "jeanne", "jennifer", "jessica", "jill", "joanna", "joanne", "josephine",
    "joyce", "judith", "judy", "julia", "julie", "karen", "karin", "kate", "katherine", "kathleen", "kathy", "katie", "kellyanne",
    "laura", "lauren", "leila", "linda", "lisa", "loretta", "lucia", "lucy", "lydia", "margaret", "maria", "marie", "marina",
    "martha", "mary", "matilda", "megan", "melania", "melissa", "mercedes", "michelle", "miriam", "molly", "monica", "nadia",
    "nancy", "natalia", "natalie", "nicole", "nina", "nora", "olga", "olivia", "pamela", "patricia", "paula", "pauline",
    "priscilla", "rachel", "rebecca", "regina", "rosa", "rose", "ruth", "samantha", "sandra", "sara", "sarah", "sharon",
    "sheila", "shirley", "silvia", "simone", "sofia", "sonia", "sophia", "sophie", "stella", "stephanie", "susan", "susanna",
    "suzanne", "sylvia", "tamara", "tanya", "teresa", "theresa", "tina", "ursula", "valerie", "vanessa", "vera", "veronica",
    "victoria", "violet", "virginia", "wendy", "yasmin", "yolanda", "yvonne", "zoe",
];
#[rustfmt::skip]
const MALE: &[&str] = &[
    "aaron", "abraham", "adam", "adrian", "ahmed", "alan", "albert", "alejandro", "alexander", "alfred", "allan", "allen",
    "andre", "andreas", "andrew", "andrzej", "anthony", "antonio", "arnold", "arthur", "barack", "barry", "ben", "benjamin",
    "bernard", "bernie", "bill", "bob", "boris", "brad", "bradley", "brian", "bruce", "carl", "carlos", "charles", "christian",
    "christoph", "christopher", "colin", "craig", "daniel", "darren", "dave", "david", "dennis", "derek", "diego", "dmitry",
    "dominic", "don", "donald", "douglas", "duncan", "dwight", "edward", "edgar", "edwin", "elijah", "emmanuel", "eric", "erik",
    "ernest", "eugene", "evan", "felix", "fernando", "francisco", "frank", "franklin", "fred", "frederick", "gareth", "gary",
    "geoffrey", "george", "gerald", "gerard", "giovanni", "gordon", "graham", "greg", "gregory", "guy", "hans", "harold", "harry",
    "hassan", "henry", "herbert", "howard", "hugh", "hugo", "ian", "ibrahim", "igor", "isaac", "ivan", "jack", "jacob", "jacques",
    "james", "jan", "jared", "jason", "javier", "jeff", "jeffrey", "jens", "jeremy", "jerome", "jerry", "jim", "jimmy", "joe",
    "joel", "johann", "john", "johnny", "jonathan", "jonas", "jose", "joseph", "joshua", "juan", "julian", "justin", "karl",
    "keith", "ken", "kenneth", "kevin", "klaus", "larry", "lars", "lawrence", "leo", "leon", "leonard", "lindsey", "louis", "luis",
    "luke", "manuel", "marco", "marcus", "mario", "mark", "martin", "matt", "matthew", "maurice", "max", "michael", "miguel",
    "mike", "mikhail", "mitch", "mohamed", "mohammed", "muhammad", "nathan", "neil", "nicholas", "nicolas", "nigel", "norman",
    "oleg", "oliver", "omar", "oscar", "otto", "owen", "pablo", "patrick", "paul", "pavel", "pedro", "peter", "philip", "philippe",
    "pierre", "rafael", "ralph", "raymond", "ricardo", "richard", "rob", "robert", "roberto", "rodney", "roger", "roland", "ron",
    "ronald", "rudy", "rupert", "rush", "russell", "ryan", "salvador", "samuel", "saul", "scott", "sean", "sebastian", "sergei",
    "sergey", "simon", "stanley", "stefan", "stephen", "steve", "steven", "stuart", "ted", "terence", "thomas", "tim", "timothy",
    "tobias", "todd", "tom", "tony", "trevor", "victor", "vincent", "vladimir", "volodymyr", "walter", "warren", "wayne",
    "werner", "wilhelm", "william", "winston", "wolfgang", "xavier", "yuri", "yusuf",
];

/// Whether bearers of a given name, folded, are women (`Some(true)`) or men; `None` where it cannot be told.
pub(super) fn is_female(given: &str) -> Option<bool> {
    if FEMALE.contains(&given) {
        Some(true)
    } else if MALE.contains(&given) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{is_female, FEMALE, MALE};

    #[test]
    fn no_name_is_on_both_lists() {
        assert!(FEMALE.iter().all(|n| !MALE.contains(n)));
        assert_eq!([is_female("ana"), is_female("bernie"), is_female("kim")], [Some(true), Some(false), None]);
    }
}
