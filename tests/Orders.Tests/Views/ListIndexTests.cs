using Orders.Views;

namespace Orders.Tests.Views;

public sealed class ListIndexTests
{
    [Fact]
    public void Entries_are_numbered_as_they_come_and_share_buckets()
    {
        var root = Enumerable.Range(0, ListIndex.PerBucket + 1).Aggregate(ListRoot.Empty, (root, _) => ListIndex.Added(root));

        Assert.Equal(ListIndex.PerBucket + 1, root.Next);
        Assert.Equal([new Run(0, 1)], root.Runs);
    }

    [Fact]
    public void A_long_list_has_a_short_head() => Assert.Equal([new Run(0, 100_000 / ListIndex.PerBucket)], Filled(100_000).Runs);

    [Fact]
    public void Emptied_buckets_are_passed_over()
    {
        var root = ListIndex.Emptied(ListIndex.Emptied(Filled(ListIndex.PerBucket * 5), 2), 0);

        Assert.Equal([new Run(1, 1), new Run(3, 4)], root.Runs);
        Assert.Equal([4L, 3, 1], ListIndex.Backwards(root, root.Next));
        Assert.Equal([3L, 1], ListIndex.Backwards(root, ListIndex.PerBucket * 4));
        Assert.Equal([1L], ListIndex.Backwards(root, ListIndex.PerBucket * 3));
    }

    [Fact]
    public void Reading_forwards_passes_over_emptied_buckets_and_stops_before_its_end()
    {
        var root = ListIndex.Emptied(ListIndex.Emptied(Filled(ListIndex.PerBucket * 5), 2), 0);

        Assert.Equal([1L, 3, 4], ListIndex.Forwards(root, 0, root.Next));
        Assert.Equal([3L], ListIndex.Forwards(root, ListIndex.PerBucket * 2, ListIndex.PerBucket * 4));
        Assert.Empty(ListIndex.Forwards(root, root.Next, root.Next));
    }

    [Fact]
    public void An_emptied_list_continues_its_numbers()
    {
        var root = ListIndex.Added(ListIndex.Emptied(ListIndex.Added(ListRoot.Empty), 0));

        Assert.Equal(2, root.Next);
        Assert.Equal([new Run(0, 0)], root.Runs);
    }

    [Fact]
    public void Reading_backwards_from_the_first_entry_returns_nothing() => Assert.Empty(ListIndex.Backwards(Filled(10), 0));

    [Fact]
    public void An_entry_is_removed_by_its_number()
    {
        var bucket = ListIndex.With(ListIndex.With(ListBucket.Empty, new ListEntry(0, "a")), new ListEntry(1, "b"));

        Assert.Equal([new ListEntry(1, "b")], ListIndex.Without(bucket, 0).Entries);
        Assert.Equal(2, ListIndex.Without(bucket, 7).Entries.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no cursor")]
    [InlineData("MTJAb3RoZXI")]
    [InlineData("eEBhbGw")]
    public void A_cursor_of_another_list_or_of_no_list_is_none(string cursor) => Assert.Null(PageCursor.Read("all", cursor));

    [Fact]
    public void A_cursor_survives_writing_and_reading() =>
        Assert.Equal(12, PageCursor.Read("customer:c1", PageCursor.Of("customer:c1", 12)));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(101)]
    public void A_limit_out_of_range_is_refused(int limit) =>
        Assert.Equal("limit-invalid", new PageRequest("all", null, limit).Check().Refusal!.Code);

    private static ListRoot Filled(int count) => Enumerable.Range(0, count).Aggregate(ListRoot.Empty, (root, _) => ListIndex.Added(root));
}
