using ServiceDefaults.Refusals;

namespace ServiceDefaults.Requests;

/// <summary>
/// Who decides. The edge knows, and says so in a header that it takes from nobody else; services behind it keep the name with what
/// was decided.
/// </summary>
public static class Operator
{
    public const string Header = "X-Operator";

    private const int LongestNote = 2000;

    public static Refusal? Check(string? note)
        => note?.Length > LongestNote ? Refusal.Invalid("note-too-long", $"note has at most {LongestNote} characters.") : null;
}
