using ServiceDefaults.Refusals;

namespace ServiceDefaults.Requests;

/// <summary>An operator's note on a decision.</summary>
public static class OperatorNote
{
    private const int MaxLength = 2000;

    /// <summary>Null if the note is missing or valid.</summary>
    public static Refusal? Check(string? note) =>
        note switch
        {
            null or "" => null,
            { Length: > MaxLength } => Refusal.Invalid("note-too-long", $"note has at most {MaxLength} characters."),
            _ when VisibleText.IsValid(note.Trim(), MaxLength, multiline: true) || string.IsNullOrWhiteSpace(note) => null,
            _ => Refusal.Invalid("note-invalid", "note must not hold control characters."),
        };
}
