#!/usr/bin/env bash
# The state lives on the branch $BRANCH, and nothing but this script writes it there.
#   state.sh take   the newest one, into the working tree
#   state.sh save   pushes what an apply made of it, or fails; may be called again
#   state.sh same COMMIT   fails where this checkout has another one than that commit
set -euo pipefail
shopt -s inherit_errexit # a commit that was made in part must never be pushed

state=state/webhooks.state.json
# To it belong the journal of an apply that was interrupted and receipts that fitted into neither. Its lock is this machine's own.
beside=("$state.journal" "$state.errored*") # patterns of git's
remote=${STATE_REMOTE:-origin}
# The commit that this job took the state from. A runner may keep .git for its next jobs: what theirs is named is not ours.
taken=refs/hookwright/taken-${CI_JOB_ID:-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT}

take() {
    git for-each-ref --format='delete %(refname)' refs/hookwright/ | git update-ref --stdin
    git fetch --quiet "$remote" "refs/heads/$BRANCH"
    mkdir -p "$(dirname "$state")"
    rm -f "$state" "$state.journal" "$state.errored"*
    listed=$(git ls-tree -r --name-only FETCH_HEAD "$(dirname "$state")/")
    while read -r file; do
        case $file in
        "$state" | "$state.journal" | "$state.errored"*) git show "FETCH_HEAD:$file" >"$file" ;;
        esac
    done <<<"$listed"
    git update-ref "$taken" FETCH_HEAD
}

# A commit on top of $1 that differs in the files of the state alone; nothing where they are the same. The working tree, its index
# and what .gitignore says have no part in it.
commit_onto() {
    local blob tree
    GIT_INDEX_FILE=$(git rev-parse --absolute-git-dir)/state-index
    export GIT_INDEX_FILE
    rm -f "$GIT_INDEX_FILE" "$GIT_INDEX_FILE.lock"
    git read-tree "$1"
    if [ -e "$state" ]; then # a state that is gone is an accident: nothing of it leaves the branch
        git ls-files -z -- "${beside[@]}" | git update-index -z --force-remove --stdin
    fi
    # The state last: an apply that is still writing puts the journal into the state and removes it, in that order.
    for file in "$state.journal" "$state.errored"* "$state"; do
        if [ -e "$file" ]; then
            blob=$(git hash-object -w "$file")
            git update-index --add --cacheinfo "100644,$blob,$file"
        fi
    done
    tree=$(git write-tree)
    rm "$GIT_INDEX_FILE"
    unset GIT_INDEX_FILE
    if [ "$tree" != "$(git rev-parse "$1^{tree}")" ]; then
        # No pipeline starts for a commit that says so.
        git -c user.name=hookwright -c user.email=hookwright@localhost \
            commit-tree "$tree" -p "$1" -m "State after $(git rev-parse --short HEAD) [skip ci]"
    fi
}

# A plan for review reads the state of the target. A branch with a state of its own, forged or not, is not planned.
same() {
    if ! git diff-tree --quiet "$1" HEAD -- "$(dirname "$state")"; then
        echo "This branch changes $(dirname "$state")/, which the apply job alone may write. Take that out of it." >&2
        return 1
    fi
}

unsaved() {
    echo "THE STATE WAS NOT PUSHED. It is in this job's artifact: bring it to $BRANCH before anything else is applied." >&2
}

# Says so; fails where an apply may write more.
saved() {
    trap - EXIT
    echo "$1"
    if [ -n "$held" ]; then
        echo "AN APPLY STILL HOLDS THE LOCK: what it writes from now on is not on $BRANCH. Compare with this job's artifact." >&2
        return 1
    fi
}

save() {
    trap unsaved EXIT
    known=$(git for-each-ref "$taken")
    if [ -z "$known" ]; then
        trap - EXIT
        echo "No state was taken in this job, so none is saved."
        return
    fi
    # An apply that was told to stop may still be writing: it holds the lock until it has.
    local held=
    if [ -e "$state.lock" ]; then
        exec {lock}<"$state.lock"
        flock --timeout 20 "$lock" || held=yes
    fi
    # Others may merge meanwhile: then it goes on top of that. Nobody else may write the state: two of them cannot be joined.
    for _ in 1 2 3; do
        git fetch --quiet "$remote" "refs/heads/$BRANCH"
        tip=$(git rev-parse FETCH_HEAD)
        commit=$(commit_onto "$tip")
        if [ -z "$commit" ]; then
            saved "$BRANCH has this state."
            return
        fi
        if ! git diff --quiet "$taken" "$tip" -- "$state" "${beside[@]}"; then
            echo "Somebody else changed the state on $BRANCH while this job had it." >&2
            break
        fi
        if git push --quiet "$remote" "$commit:refs/heads/$BRANCH"; then
            git update-ref "$taken" "$commit"
            saved "Pushed the state to $BRANCH."
            return
        fi
    done
    return 1
}

"$@"
