# Completes vitdash in bash. In ~/.bashrc: eval "$(vitdash completion bash)"
_vitdash() {
    local candidate
    COMPREPLY=()
    # The whole line, for bash breaks words at = and : although one assignment is one word.
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(VITDASH_COMPLETE=bash VITDASH_LINE="${COMP_LINE:0:COMP_POINT}" VITDASH_BREAKS="$COMP_WORDBREAKS" "$1" 2>/dev/null)
    # Something comes after KNOB=, so no space does; the bash of macOS cannot be told.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o default -F _vitdash vitdash
