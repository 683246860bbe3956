//! Decides where lines end, as Microsoft's formatter would decide it.
//!
//! The formatter is one walk over the tokens that keeps what is open, and whether each of those is on one line or
//! broken into lines. It looks at the text it is given in three ways, and each of them is made a fixed point here:
//! a record that goes over several lines stays so, hence the walk is repeated until no further record has to be broken;
//! an empty line between members stays, and there is one by our own rule; comments stay before the token they precede.

use super::node::{Kind, Node};
use super::rules::{Clear, Rule, Side, rule};

/// The formatter fits lines into 120 columns less two for what it may still append.
const WIDTH: usize = 118;
const INDENTATION: usize = 4;
const LINE_END: &str = "\r\n";

/// Lays the document out.
pub(super) fn print(mut root: Node<'_>) -> String {
    root.measure();
    let mut broken = Vec::new();
    loop {
        let mut layout = Layout::new(broken);
        let inline = root.length < WIDTH;
        layout.node(
            &root,
            Place {
                parent: None,
                grandparent: None,
                next: "",
                inline,
                forced: false,
            },
        );
        if !layout.more_broken {
            let mut out = layout.out;
            let end = out.trim_end_matches(['\r', '\n']).trim_end_matches([' ', '\t']).len();
            out.truncate(end);
            out.push_str(LINE_END);
            return out;
        }
        broken = layout.broken;
    }
}

/// What was written last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Last {
    Closer,
    Comment,
    Divider,
    Nothing,
    Opener,
    Token,
}

/// One walk.
#[derive(Debug)]
struct Layout {
    out: String,
    /// Where the current line starts in `out`. A line that goes on where the one before ended starts there.
    line_start: usize,
    /// The end of the last token in `out`.
    token_end: usize,
    /// The level of indentation. Below 0 the formatter indents as deep as it ever did.
    indentation: isize,
    deepest: isize,
    /// What is open, the innermost last: whether each is broken into lines.
    open: Vec<bool>,
    last: Last,
    /// No blank is written next.
    sticks: bool,
    /// The line goes on where the one before ended, so it is not indented.
    goes_on: bool,
    /// Like `goes_on`, until the next token.
    just_went_on: bool,
    /// Whether each record, in the order of the text, goes over several lines.
    broken: Vec<bool>,
    records: usize,
    /// The walk broke a record that was not known to be broken.
    more_broken: bool,
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Place<'tree> {
    parent: Option<Kind>,
    grandparent: Option<Kind>,
    /// The token that follows on the node.
    next: &'tree str,
    /// The node's parent is on one line.
    inline: bool,
    /// The node is broken whatever its length.
    forced: bool,
}

impl Layout {
    fn new(broken: Vec<bool>) -> Self {
        Self {
            out: String::new(),
            line_start: 0,
            token_end: 0,
            indentation: 0,
            // The formatter prepares ten levels.
            deepest: 10,
            open: Vec::new(),
            last: Last::Nothing,
            sticks: false,
            goes_on: false,
            just_went_on: false,
            broken,
            records: 0,
            more_broken: false,
        }
    }

    fn node(&mut self, node: &Node<'_>, place: Place<'_>) {
        let rule = rule(node, place.parent, place.grandparent);
        if node.kind == Kind::If {
            self.join_else();
        }
        let (indentation, open) = (self.indentation, self.open.len());
        // The formatter does not look whether the outermost record is broken.
        let record = (node.is_record() && place.parent.is_some()).then(|| self.next_record());
        let forced = place.forced || record.is_some_and(|record| self.broken[record] || node.owns_records());
        let inline = self.is_inline(node, &rule, place.inline, forced);
        self.comments(node);
        if rule.container && rule.opens.is_none() {
            self.open.push(!inline);
        }
        self.before(&rule, inline);
        if node.is_token() {
            self.token(&node.text, &rule);
        } else {
            let broken = self.children(node, place, inline, forced);
            if let Some(record) = record {
                self.more_broken |= broken && !forced;
                self.broken[record] |= broken;
            }
        }
        self.after(&rule, inline, place.next);
        if rule.container {
            self.open.truncate(open);
            self.indentation = indentation;
            if !inline && rule.ends_line && !self.at_line_start() {
                self.end_line();
            }
        }
    }

    /// Gives whether a line ended between the first and the last of the tokens.
    fn children(&mut self, node: &Node<'_>, place: Place<'_>, inline: bool, forced: bool) -> bool {
        let mut first_token_end = None;
        for (index, child) in node.children.iter().enumerate() {
            if index > 0 && child.kind == Kind::Member && needs_empty_line(&node.children[index - 1], child) {
                self.end_line();
            }
            let next = node.children.get(index + 1).map_or("", Node::first_text);
            // A record that is broken passes it on to its fields as a whole.
            let forced = forced && node.is_record() && child.kind == Kind::Elements;
            self.node(
                child,
                Place {
                    parent: Some(node.kind),
                    grandparent: place.parent,
                    next,
                    inline,
                    forced,
                },
            );
            first_token_end.get_or_insert(self.token_end);
        }
        first_token_end.is_some_and(|start| self.out[start..self.token_end].contains('\n'))
    }

    fn next_record(&mut self) -> usize {
        let record = self.records;
        self.records += 1;
        if self.broken.len() == record {
            self.broken.push(false);
        }
        record
    }

    /// Whether the node is written on one line, as far as it is up to the node.
    fn is_inline(&mut self, node: &Node<'_>, rule: &Rule, parent: bool, forced: bool) -> bool {
        if rule.as_parent && !forced {
            return parent;
        }
        let start = if self.at_line_start() {
            self.blanks()
        } else {
            length(self.line())
        };
        let fits = start + node.length < WIDTH;
        if parent && !node.holds_comment && !forced {
            return fits;
        }
        rule.container && !node.holds_comment && !rule.stays_broken && !forced && fits
    }

    fn comments(&mut self, node: &Node<'_>) {
        for comment in node.comments {
            if !self.at_line_start() {
                self.end_line();
            }
            let text = comment.as_str();
            self.token(
                &if text.is_empty() {
                    "//".to_owned()
                } else {
                    ["// ", text].concat()
                },
                &Rule::default(),
            );
        }
        if !node.comments.is_empty() {
            self.end_line();
            self.last = Last::Comment;
        }
    }

    fn before(&mut self, rule: &Rule, inline: bool) {
        if rule.closes {
            match self.open.pop() {
                Some(true) => {
                    self.indentation -= 1;
                    if self.last == Last::Opener && self.at_line_start() && rule.joins_opener {
                        self.go_on();
                    } else if !self.at_line_start() {
                        self.end_line();
                    }
                }
                Some(false) if self.last == Last::Opener => {
                    self.drop_blanks();
                    self.just_went_on = true;
                }
                _ => {}
            }
            self.last = Last::Closer;
        } else if rule.opens == Some(Side::Left) {
            self.open.push(!inline);
            self.indentation += isize::from(!inline);
            self.last = Last::Opener;
            if !inline && !self.at_line_start() {
                self.end_line();
            }
        } else if rule.divides == Some(Side::Left) && !matches!(self.last, Last::Divider | Last::Comment) {
            self.last = Last::Divider;
            if self.is_broken() && !self.line_has_ended() {
                self.end_line();
            }
        }
    }

    fn after(&mut self, rule: &Rule, inline: bool, next: &str) {
        if rule.opens == Some(Side::Right) {
            if rule.opens_for_blocks_only && !starts_block(next) {
                return;
            }
            self.open.push(!inline);
            self.last = Last::Opener;
            if !inline {
                self.end_line();
                self.indentation += 1;
            }
        } else if rule.divides == Some(Side::Right) && self.last != Last::Divider {
            self.last = Last::Divider;
            if self.is_broken() {
                self.end_line();
            }
        }
    }

    fn token(&mut self, text: &str, rule: &Rule) {
        match (rule.clear, rule.line_ends) {
            (Clear::BlanksAndLineEnds, _) if self.at_line_start() => self.go_on(),
            (Clear::Blanks | Clear::BlanksAndLineEnds, _) => self.drop_blanks(),
            (Clear::Nothing, Some((Side::Left, _))) if !self.line_has_ended() => self.end_line(),
            (Clear::Nothing, Some(_)) => {}
            (Clear::Nothing, None) => {
                let separated = self.just_went_on || self.line().ends_with([' ', '\t']);
                if rule.blank_before && !self.at_line_start() && !separated {
                    self.append(" ");
                }
            }
        }
        let indentation = self.blanks();
        let room = length(text) + 1;
        if self.last == Last::Divider && length(self.line()) + room > WIDTH && indentation + room <= WIDTH {
            self.end_line();
        }
        if self.at_line_start() && !self.goes_on {
            let blanks = self.blanks();
            self.append(&" ".repeat(blanks));
        }
        self.append(text);
        self.token_end = self.out.len();
        match rule.line_ends {
            Some((Side::Right, number)) => (0..number).for_each(|_| self.end_line()),
            Some((Side::Left, _)) => {}
            None if rule.sticks => self.sticks = true,
            None if rule.blank_after => self.append(" "),
            None => {}
        }
    }

    /// The blanks at the start of a line.
    fn blanks(&mut self) -> usize {
        self.deepest = self.deepest.max(self.indentation);
        let level = if self.indentation < 0 {
            self.deepest
        } else {
            self.indentation
        };
        level.unsigned_abs() * INDENTATION
    }

    fn append(&mut self, text: &str) {
        if self.sticks && text == " " {
            return;
        }
        self.sticks = false;
        self.out.push_str(text);
        self.last = Last::Token;
        self.just_went_on = false;
    }

    fn end_line(&mut self) {
        self.sticks = false;
        if !self.just_went_on {
            self.out.truncate(without_blanks(&self.out).len());
        }
        self.out.push_str(LINE_END);
        self.line_start = self.out.len();
        self.goes_on = false;
    }

    /// Takes the line ends back, so that what follows stands on the line before; unless that is a comment.
    fn go_on(&mut self) {
        if self.at_line_start() && self.last != Last::Comment {
            let end = without_blanks(self.out.trim_end_matches(['\r', '\n'])).len();
            self.out.truncate(end);
            self.line_start = end;
            self.goes_on = true;
            self.just_went_on = true;
        }
    }

    /// `else` and a following `if` stand on one line.
    fn join_else(&mut self) {
        if self.at_line_start() && self.out.trim_end().ends_with("else") {
            self.go_on();
            self.indentation -= 1;
            self.append(" ");
        }
    }

    fn drop_blanks(&mut self) {
        self.out.truncate(without_blanks(&self.out).len());
        self.line_start = self.line_start.min(self.out.len());
    }

    fn line(&self) -> &str {
        &self.out[self.line_start..]
    }

    fn at_line_start(&self) -> bool {
        self.line_start == self.out.len()
    }

    fn line_has_ended(&self) -> bool {
        self.at_line_start() && self.out.ends_with(LINE_END)
    }

    /// Whether the innermost of what is open is broken into lines.
    fn is_broken(&self) -> bool {
        self.open.last() == Some(&true)
    }
}

/// Whether an empty line stands between two members. There is none between plain constants.
///
/// The formatter sets one, too, where the names' parts before the first dot differ.
fn needs_empty_line(previous: &Node<'_>, member: &Node<'_>) -> bool {
    let family = |node: &Node<'_>| {
        node.member_name()
            .and_then(|name| name.split_once('.').map(|(head, _)| head.to_owned()))
    };
    !previous.is_constant() || !member.is_constant() || family(previous) != family(member)
}

/// Whether the word after `=` moves to a line of its own. The formatter looks at its first letters only.
fn starts_block(word: &str) -> bool {
    word.starts_with("if") || word.starts_with("let") || word.starts_with("try")
}

fn without_blanks(text: &str) -> &str {
    text.trim_end_matches([' ', '\t'])
}

/// The formatter counts as JavaScript does.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}
